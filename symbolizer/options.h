// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the symbolizer looks for files and how much it may take.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace memray::symbolizer {

struct Options {
    std::string sysroot{};                               // where the target's files are; empty: this machine's root
    std::vector<std::string> debug_dirs{};               // like /usr/lib/debug, and before it
    bool debuginfod{true};                               // ask the servers in DEBUGINFOD_URLS, if there are any
    std::chrono::milliseconds debuginfod_limit{90'000};  // for all downloads together
    unsigned jobs{0};                                    // processes at a time; 0: one per processor
    std::chrono::milliseconds module_limit{300'000};     // for reading one module
};

}  // namespace memray::symbolizer
