// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_tables.h"

#include "payload/wire/record.h"

namespace memray::collector {
namespace {

constexpr std::uint32_t kUnresolved = 0xffffffff;

}  // namespace

std::uint32_t NativeTables::stack_of(std::uint32_t node) {
    if (stack_by_node_.size() < stacks_.size()) { stack_by_node_.resize(stacks_.size(), kUnresolved); }
    std::vector<std::uint32_t> path;
    for (; stack_by_node_[node] == kUnresolved; node = stacks_.parent(node)) { path.push_back(node); }
    std::uint32_t stack = stack_by_node_[node];
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
        const std::uint32_t frame = frame_of(stacks_.frame(*at));
        // Number 0 of the index is stack 1: stack 0 is the root.
        const std::uint32_t number = stack_index_.number(std::uint64_t{stack} << 32U | frame) + 1;
        if (number == profile_.native_stacks.size()) { profile_.native_stacks.push_back({stack, frame}); }
        stack = number;
        stack_by_node_[*at] = stack;
    }
    return stack;
}

std::uint32_t NativeTables::frame_of(std::uint64_t native_word) {
    const auto known = frame_by_word_.find(native_word);
    if (known != frame_by_word_.end()) { return known->second; }
    const NativeModule* module = modules_.find(wire::module_of(native_word));
    const std::uint32_t number = module == nullptr ? capture::kNoModule : module_of(module->module);
    const std::uint64_t address = (native_word & wire::kMaxNativeAddress) - (module == nullptr ? 0 : module->bias);
    const bool interrupted = (native_word & wire::kInterruptedBit) != 0;
    const auto next = static_cast<std::uint32_t>(profile_.native_frames.size());
    const auto [entry, added] = frames_.try_emplace({number, address, interrupted}, next);
    if (added) { profile_.native_frames.push_back({number, address, interrupted}); }
    frame_by_word_.emplace(native_word, entry->second);
    return entry->second;
}

std::uint32_t NativeTables::module_of(const capture::Module& module) {
    const auto next = static_cast<std::uint32_t>(profile_.modules.size());
    const auto [entry, added] =
        module_numbers_.try_emplace({module.path, module.build_id, module.file_size, module.modified_ns}, next);
    if (added) { profile_.modules.push_back(module); }
    return entry->second;
}

}  // namespace memray::collector
