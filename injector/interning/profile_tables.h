// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Fills the tables of a Profile that say where something was allocated: whatever is equal is one row, numbered in order
// of first sight. The one way in which the recorder, a merge and tests make such tables.
//
//   string <- function <- frame <- stack            module <- native frame <- native stack
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "injector/capture/profile.h"
#include "injector/interning/key_index.h"
#include "injector/interning/stack_tree.h"
#include "injector/interning/string_table.h"

namespace memray::interning {

// Each call returns the number of the row, in its table. Indices that are given must be those of rows that are there.
class ProfileTables {
public:
    // The tables of `profile`, which must outlive this, are empty but for the roots; nobody else changes them. They
    // only ever grow.
    explicit ProfileTables(capture::Profile& profile)
        : profile_(profile),
          strings_(profile.strings),
          stacks_(profile.stacks),
          native_stacks_(profile.native_stacks) {}

    std::uint32_t string(const std::string& text) { return strings_.number(text); }
    std::uint32_t function(const std::string& name, const std::string& file, std::uint32_t first_line);
    std::uint32_t frame(std::uint32_t function, std::uint32_t line);
    // The parent's, if there are too many: see rejected().
    std::uint32_t stack(const capture::Stack& row) { return stacks_.child(row); }
    std::uint32_t module(const capture::Module& row);
    std::uint32_t native_frame(const capture::NativeFrame& row);
    std::uint32_t native_stack(const capture::NativeStack& row) { return native_stacks_.child(row); }

    // Stacks that are not what they should be, as there were too many.
    [[nodiscard]] std::uint64_t rejected() const noexcept { return stacks_.rejected() + native_stacks_.rejected(); }

private:
    // What tells a module from others of the same path.
    using ModuleKey = std::tuple<std::string, std::string, std::uint64_t, std::int64_t>;

    capture::Profile& profile_;
    StringTable strings_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> functions_;
    KeyIndex frames_;  // function, line
    StackTree<capture::Stack> stacks_;
    std::map<ModuleKey, std::uint32_t> modules_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, bool>, std::uint32_t> native_frames_;
    StackTree<capture::NativeStack> native_stacks_;
};

}  // namespace memray::interning
