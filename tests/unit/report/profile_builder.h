// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Makes profiles by hand: stacks from the outermost function to the innermost.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

struct Place {
    std::string function;
    std::string file;
    std::uint32_t line{0};
};

class ProfileBuilder {
public:
    // All amounts of a site are the same unless changed.
    capture::Site& site(const std::vector<Place>& stack, capture::Amount amount,
                        capture::Allocator allocator = capture::Allocator::kMalloc) {
        std::uint32_t at = capture::kRootStack;
        for (const Place& place : stack) { at = child(at, frame(place)); }
        capture::Site site;
        site.stack = at;
        site.allocator = allocator;
        site.peak = site.leaked = site.total = amount;
        profile.sites.push_back(site);
        return profile.sites.back();
    }

    capture::Profile profile;

private:
    std::uint32_t string(const std::string& text) {
        for (std::uint32_t i = 0; i < profile.strings.size(); ++i) {
            if (profile.strings[i] == text) { return i; }
        }
        profile.strings.push_back(text);
        return static_cast<std::uint32_t>(profile.strings.size() - 1);
    }
    // A function of its own per frame: reports must merge them by name.
    std::uint32_t frame(const Place& place) {
        const capture::Function function{string(place.function), string(place.file), place.line};
        profile.functions.push_back(function);
        profile.frames.push_back({static_cast<std::uint32_t>(profile.functions.size() - 1), place.line});
        return static_cast<std::uint32_t>(profile.frames.size() - 1);
    }
    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        profile.stacks.push_back({parent, frame});
        return static_cast<std::uint32_t>(profile.stacks.size() - 1);
    }
};

}  // namespace memray::report
