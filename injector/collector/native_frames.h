// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds the tables of the Profile that describe native frames (modules, native frames) while recording. They only ever
// grow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "injector/capture/profile.h"
#include "injector/collector/frame_cache.h"
#include "injector/collector/native_modules.h"

namespace memray::collector {

class NativeFrames {
public:
    // `modules` may be null: then addresses are of no module.
    NativeFrames(capture::Profile& profile, const NativeModules* modules) : profile_(profile), modules_(modules) {}

    // The frame of the profile for a native word (wire::native_word).
    [[nodiscard]] std::uint32_t frame_of(std::uint64_t word) {
        const std::uint32_t frame = cache_.find(word);
        return frame != FrameCache::kNone ? frame : add(word);
    }

private:
    std::uint32_t add(std::uint64_t word);
    [[nodiscard]] std::uint32_t module_of(const capture::Module& module);

    using Identity = std::tuple<std::string, std::string, std::uint64_t, std::int64_t>;

    capture::Profile& profile_;
    const NativeModules* modules_;
    FrameCache cache_;
    std::map<std::tuple<std::uint32_t, std::uint64_t, bool>, std::uint32_t> frames_;  // module, address, interrupted
    std::map<Identity, std::uint32_t> module_numbers_;
};

}  // namespace memray::collector
