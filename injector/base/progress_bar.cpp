// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace memray::base {
namespace {

constexpr std::chrono::milliseconds kPatience{300};
constexpr std::size_t kWidth = 30;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(std::string title) : title_(std::move(title)), enabled_(::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    if (visible_) { std::fputs(kClearLine, stderr); }
}

void ProgressBar::show(double share) {
    if (!enabled_ || std::chrono::steady_clock::now() - start_ < kPatience) { return; }
    visible_ = true;
    const double bounded = std::clamp(share, 0.0, 1.0);
    const auto done = static_cast<std::size_t>(bounded * kWidth);
    std::fprintf(stderr, "%s%s [%s%s] %3.0f%%", kClearLine, title_.c_str(), std::string(done, '#').c_str(),
                 std::string(kWidth - done, '.').c_str(), bounded * 100);
}

}  // namespace memray::base
