// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds the tables of the Profile that describe sites (strings, functions, frames, stacks, sites) while recording.
// They only ever grow. Frames get their names and lines here, not before: most nodes of the stack tree never allocate,
// and a thread may use a code object that another one is still announcing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/code_table.h"
#include "injector/collector/key_index.h"
#include "injector/collector/native_tables.h"
#include "injector/collector/site_table.h"
#include "injector/collector/stack_tree.h"

namespace memray::collector {

class ProfileTables {
public:
    // `native` may be null: no native stacks.
    ProfileTables(capture::Profile& profile, const StackTree& stacks, const CodeTable& codes,
                  NativeTables* native = nullptr);

    // Adds the sites that are new. With a code object not announced yet, false and sites are missing, or, if `final`,
    // it is called "???".
    bool update(const SiteTable& sites, bool final);
    // Adds the sites that are missing then to a copy of the profile, without stacks.
    static void add_without_stacks(const SiteTable& sites, capture::Profile& copy);

private:
    bool known(std::uint32_t node) const;
    std::uint32_t stack_of(std::uint32_t node);
    std::uint32_t frame_of(std::uint64_t frame_word);
    std::uint32_t function_of(const Code& code);
    std::uint32_t string_of(const std::string& text);

    capture::Profile& profile_;
    const StackTree& stacks_;
    const CodeTable& codes_;
    NativeTables* native_;
    const Code unknown_{"???", "???", 0, {}};
    std::unordered_map<std::string, std::uint32_t> strings_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> functions_;
    KeyIndex frames_;                                                 // function, line
    KeyIndex stack_index_;                                            // parent, frame, whether it is an entry
    std::unordered_map<std::uint64_t, std::uint32_t> frame_by_word_;  // resolved frame words
    std::vector<std::uint32_t> stack_by_node_;                        // resolved nodes
};

}  // namespace memray::collector
