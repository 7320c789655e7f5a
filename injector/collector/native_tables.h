// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds the tables of the Profile that describe native stacks (modules, native frames, native stacks) while recording.
// They only ever grow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/key_index.h"
#include "injector/collector/native_modules.h"
#include "injector/collector/stack_tree.h"

namespace memray::collector {

class NativeTables {
public:
    NativeTables(capture::Profile& profile, const StackTree& stacks, const NativeModules& modules)
        : profile_(profile), stacks_(stacks), modules_(modules), stack_by_node_{capture::kRootStack} {}

    // The stack of the profile for a node of the tree; new ones are added.
    [[nodiscard]] std::uint32_t stack_of(std::uint32_t node);

private:
    [[nodiscard]] std::uint32_t frame_of(std::uint64_t native_word);
    [[nodiscard]] std::uint32_t module_of(const capture::Module& module);

    using Identity = std::tuple<std::string, std::string, std::uint64_t, std::int64_t>;

    capture::Profile& profile_;
    const StackTree& stacks_;
    const NativeModules& modules_;
    std::unordered_map<std::uint64_t, std::uint32_t> frame_by_word_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, bool>, std::uint32_t> frames_;  // module, address, interrupted
    std::map<Identity, std::uint32_t> module_numbers_;
    KeyIndex stack_index_;                      // parent, frame
    std::vector<std::uint32_t> stack_by_node_;  // resolved nodes
};

}  // namespace memray::collector
