// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds the tables of the Profile that describe Python frames (strings, functions, frames) while recording. They hold
// what a person sees, once: a code object that is compiled again adds nothing. They only ever grow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include "injector/capture/profile.h"
#include "injector/collector/key_index.h"

namespace memray::collector {

class PythonFrames {
public:
    explicit PythonFrames(capture::Profile& profile) : profile_(profile) {}

    [[nodiscard]] std::uint32_t function(const std::string& name, const std::string& file, std::uint32_t first_line);
    [[nodiscard]] std::uint32_t frame(std::uint32_t function, std::uint32_t line);

private:
    std::uint32_t string(const std::string& text);

    capture::Profile& profile_;
    std::unordered_map<std::string, std::uint32_t> strings_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> functions_;
    KeyIndex frames_;  // function, line
};

}  // namespace memray::collector
