// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The native frames of the Profile for what the target's stacks say, and the modules that they are in.
#pragma once

#include <cstdint>

#include "injector/collector/native_modules.h"
#include "injector/collector/tables/frame_cache.h"
#include "injector/interning/profile_tables.h"

namespace memray::collector {

class NativeFrames {
public:
    // `tables` must outlive this. `modules` may be null: then addresses are of no module.
    NativeFrames(interning::ProfileTables& tables, const NativeModules* modules) : tables_(tables), modules_(modules) {}

    // The frame of the profile for a native word (wire::native_word).
    [[nodiscard]] std::uint32_t frame_of(std::uint64_t word) {
        const std::uint32_t frame = cache_.find(word);
        return frame != FrameCache::kNone ? frame : add(word);
    }

private:
    std::uint32_t add(std::uint64_t word);

    interning::ProfileTables& tables_;
    const NativeModules* modules_;
    FrameCache cache_;
};

}  // namespace memray::collector
