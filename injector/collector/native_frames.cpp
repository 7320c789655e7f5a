// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_frames.h"

#include "payload/wire/record.h"

namespace memray::collector {
std::uint32_t NativeFrames::add(std::uint64_t word) {
    const NativeModule* module = modules_ == nullptr ? nullptr : modules_->find(wire::module_of(word));
    const std::uint32_t number = module == nullptr ? capture::kNoModule : module_of(module->module);
    const std::uint64_t address = (word & wire::kMaxNativeAddress) - (module == nullptr ? 0 : module->bias);
    const bool interrupted = (word & wire::kInterruptedBit) != 0;
    const auto next = static_cast<std::uint32_t>(profile_.native_frames.size());
    const auto [entry, added] = frames_.try_emplace({number, address, interrupted}, next);
    if (added) { profile_.native_frames.push_back({number, address, interrupted}); }
    cache_.add(word, entry->second, [](std::uint64_t) { return true; });
    return entry->second;
}

std::uint32_t NativeFrames::module_of(const capture::Module& module) {
    const auto next = static_cast<std::uint32_t>(profile_.modules.size());
    const auto [entry, added] =
        module_numbers_.try_emplace({module.path, module.build_id, module.file_size, module.modified_ns}, next);
    if (added) { profile_.modules.push_back(module); }
    return entry->second;
}

}  // namespace memray::collector
