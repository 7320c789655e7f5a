// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tables that processes share when their captures become one: strings, functions, frames, stacks, modules, native
// frames and stacks, symbols. What is equal is kept once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/interning/profile_tables.h"
#include "injector/interning/string_table.h"

namespace memray::merge {

class MergedTables {
public:
    // `profile` must outlive this.
    explicit MergedTables(capture::Profile& profile) : to_(profile) {}

    // Where the stacks of `from` are now.
    struct Places {
        std::vector<std::uint32_t> stacks;
        std::vector<std::uint32_t> native_stacks;
    };
    // All stacks of `from`; called from a frame with this name and file, unless the name is empty.
    [[nodiscard]] Places add(const capture::Profile& from, const std::string& root, const std::string& root_file);
    // To be called when all are added.
    void finish();

private:
    std::uint32_t native_frame_of(const capture::Profile& from, std::uint32_t number, std::uint32_t module);
    std::vector<std::uint32_t> add_modules(const capture::Profile& from);
    std::vector<std::uint32_t> add_stacks(const capture::Profile& from, std::uint32_t root);
    std::vector<std::uint32_t> add_native_stacks(const capture::Profile& from);
    void name(const capture::Profile& from, std::uint32_t number, std::uint32_t frame);

    capture::Profile& to_;
    interning::ProfileTables tables_{to_};
    interning::StringTable symbol_strings_{to_.symbols.strings};
    bool named_{false};
};

}  // namespace memray::merge
