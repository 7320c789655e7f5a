// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A line on standard error that shows how far long work is. Nothing appears unless that is a terminal and the work
// takes a while; the destructor removes the line.
#pragma once

#include <chrono>
#include <string>

namespace memray::base {

class ProgressBar {
public:
    explicit ProgressBar(std::string title);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // `share`: 0 to 1.
    void show(double share);

private:
    std::string title_;
    std::chrono::steady_clock::time_point start_{std::chrono::steady_clock::now()};
    bool enabled_;
    bool visible_{false};
};

}  // namespace memray::base
