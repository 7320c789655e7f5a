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
#include "injector/collector/site_table.h"
#include "injector/collector/stack_tree.h"

namespace memray::collector {

class ProfileTables {
public:
    ProfileTables(capture::Profile& profile, const StackTree& stacks, const CodeTable& codes);

    // Adds the sites that are new. With a code object not announced yet, false and sites are missing, or, if `final`,
    // it is called "???".
    bool update(const SiteTable& sites, bool final);

private:
    bool known(std::uint32_t node) const;
    std::uint32_t stack_of(std::uint32_t node);
    std::uint32_t frame_of(std::uint64_t frame_word);
    std::uint32_t function_of(const Code& code);
    std::uint32_t string_of(const std::string& text);

    capture::Profile& profile_;
    const StackTree& stacks_;
    const CodeTable& codes_;
    const Code unknown_{"???", "???", 0, {}};
    std::unordered_map<std::string, std::uint32_t> strings_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> functions_;
    KeyIndex frames_;                                                 // function, line
    KeyIndex stack_index_;                                            // parent, frame
    std::unordered_map<std::uint64_t, std::uint32_t> frame_by_word_;  // resolved frame words
    std::vector<std::uint32_t> stack_by_node_;                        // resolved nodes
};

}  // namespace memray::collector
