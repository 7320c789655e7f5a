// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/growth_watch.h"

#include <algorithm>

#include "cli/report/leaks/steady_growth.h"
#include "cli/report/my_code.h"

namespace memray::live {

void GrowthWatch::sample(const std::vector<Row>& rows) {
    if (samples_++ % stride_ != 0) { return; }
    if (moments_ == kMostMoments) { thin(); }
    ++moments_;
    for (auto& [place, curve] : own_) { curve.push_back(0); }
    for (const Row& row : rows) {
        if (row.own <= 0 || report::names_import(row.function)) { continue; }  // what it holds was loaded once
        Curve& curve = own_[{row.function, row.file}];
        curve.resize(moments_);
        curve.back() = static_cast<std::uint64_t>(row.own);
    }
}

void GrowthWatch::thin() {
    for (auto& [place, curve] : own_) {
        for (std::size_t i = 0; i < curve.size() / 2; ++i) { curve[i] = curve[2 * i + 1]; }
        curve.resize(curve.size() / 2);
    }
    moments_ /= 2;
    stride_ *= 2;
}

void GrowthWatch::forget() { *this = {}; }

bool GrowthWatch::grows(const Row& row) const {
    const auto found = own_.find({row.function, row.file});
    return found != own_.end() && report::steady_growth(found->second).has_value();
}

}  // namespace memray::live
