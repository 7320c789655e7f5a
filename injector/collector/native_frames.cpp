// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_frames.h"

#include "payload/wire/record.h"

namespace memray::collector {
std::uint32_t NativeFrames::add(std::uint64_t word) {
    const NativeModule* module = modules_ == nullptr ? nullptr : modules_->find(wire::module_of(word));
    const std::uint32_t number = module == nullptr ? capture::kNoModule : tables_.module(module->module);
    const std::uint64_t address = (word & wire::kMaxNativeAddress) - (module == nullptr ? 0 : module->bias);
    const bool interrupted = (word & wire::kInterruptedBit) != 0;
    const std::uint32_t frame = tables_.native_frame({number, address, interrupted});
    cache_.add(word, frame, [](std::uint64_t) { return true; });
    return frame;
}

}  // namespace memray::collector
