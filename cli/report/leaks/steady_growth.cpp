// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Why this statistic, and none of those that trends are usually tested with. Tried on curves of one leak among a table
// loaded at the start, caches that fill up, queues and saw-teeth, and on scripts with pandas, a Django application and
// its tests:
//
//  - What counts is what was never given back: at each moment the least that is held from then on. Saw-teeth, work that
//    comes and goes and caches that are cleared become flat, while a leak below them stays.
//  - Mann-Kendall's test says whether a curve rises more often than it falls. A cache that fills in the first half of
//    the run and then stays has three quarters of all pairs rising, as good as a leak with some noise. To rise in most
//    eighths of the time says no more, but takes out what was loaded at once or in a few steps.
//  - What tells a leak from a cache is whether growth goes on at the end as it did before: the slope of the last third
//    against that of the whole. Least squares would make one large step at the start or the end the slope; Theil's and
//    Sen's, the median over all pairs of moments, is one that a quarter of the moments cannot change. A cache that
//    fills until seven tenths of the run has a ratio of 0, until eight tenths 0.34; one that is filled by chance (1 -
//    exp(-t)) 0.71 after its time constant, when it really grows, 0.49 after two; a straight line 1, the steps of a
//    list that grows by an eighth 0.98, one leak in twelve moments by chance 0.63 to 1.4.
//
// A cache that still fills cannot be told from a leak by anybody: it is a suspect until it has levelled off for a fifth
// of the time.
#include "cli/report/leaks/steady_growth.h"

#include <algorithm>
#include <cstddef>

namespace memray::report {
namespace {

constexpr std::size_t kParts = 8;
constexpr std::size_t kFewestRisingParts = 5;
constexpr double kLeastOfSlope = 0.5;  // that of the last third, against that of the whole

using Curve = std::vector<std::uint64_t>;

// What is never given back, from the first moment on at which that is something.
Curve kept_for_good(Curve live) {
    for (std::size_t i = live.size(); i > 1; --i) { live[i - 2] = std::min(live[i - 2], live[i - 1]); }
    live.erase(live.begin(), std::find_if(live.begin(), live.end(), [](std::uint64_t bytes) { return bytes > 0; }));
    return live;
}

std::size_t rising_parts(const Curve& curve) {
    std::size_t rising = 0;
    std::uint64_t before = curve.front();
    for (std::size_t part = 1; part <= kParts; ++part) {
        const std::uint64_t last = curve[part * curve.size() / kParts - 1];
        if (last > before) { ++rising; }
        before = last;
    }
    return rising;
}

// Theil and Sen's: the median of the slopes between all pairs of moments from `first` on. The curve never falls.
double median_slope(const Curve& curve, std::size_t first) {
    std::vector<double> slopes;
    for (std::size_t i = first; i < curve.size(); ++i) {
        for (std::size_t j = first; j < i; ++j) {
            slopes.push_back(static_cast<double>(curve[i] - curve[j]) / static_cast<double>(i - j));
        }
    }
    if (slopes.empty()) { return 0; }
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
    std::nth_element(slopes.begin(), middle, slopes.end());
    return *middle;
}

}  // namespace

std::optional<Growth> steady_growth(const Curve& live) {
    const Curve curve = kept_for_good(live);
    if (curve.size() < kParts || rising_parts(curve) < kFewestRisingParts) { return {}; }
    const double slope = median_slope(curve, 0);
    if (slope <= 0 || median_slope(curve, 2 * curve.size() / 3) < kLeastOfSlope * slope) { return {}; }
    Growth growth{curve.back() - curve.front(), slope, 0, static_cast<std::uint32_t>(curve.size())};
    for (std::size_t i = 1; i < curve.size(); ++i) { growth.rose += curve[i] > curve[i - 1] ? 1 : 0; }
    return growth;
}

}  // namespace memray::report
