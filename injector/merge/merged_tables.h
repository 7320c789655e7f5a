// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tables that processes share when their captures become one: strings, functions, frames, stacks, modules, native
// frames and stacks, symbols. What is equal is kept once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "injector/capture/profile.h"

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
    using Key3 = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

    std::uint32_t string_of(const std::string& text);
    std::uint32_t frame_of(const std::string& name, const std::string& file, std::uint32_t first_line,
                           std::uint32_t line);
    std::uint32_t stack_of(const capture::Stack& stack);
    std::uint32_t module_of(const capture::Module& module);
    std::uint32_t native_frame_of(const capture::Profile& from, std::uint32_t number, std::uint32_t module);
    std::vector<std::uint32_t> add_modules(const capture::Profile& from);
    std::vector<std::uint32_t> add_stacks(const capture::Profile& from, std::uint32_t root);
    std::vector<std::uint32_t> add_native_stacks(const capture::Profile& from);
    void name(const capture::Profile& from, std::uint32_t number, std::uint32_t frame);
    std::uint32_t symbol_string_of(const std::string& text);

    capture::Profile& to_;
    std::unordered_map<std::string, std::uint32_t> strings_;
    std::map<Key3, std::uint32_t> functions_;                                  // name, file, first line
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> frames_;  // function, line
    std::map<Key3, std::uint32_t> stacks_;                                     // parent, frame, entry
    std::map<std::tuple<std::string, std::string, std::uint64_t, std::int64_t>, std::uint32_t> modules_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, bool>, std::uint32_t> native_frames_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> native_stacks_;  // parent, frame
    std::unordered_map<std::string, std::uint32_t> symbol_strings_;
    bool named_{false};
};

}  // namespace memray::merge
