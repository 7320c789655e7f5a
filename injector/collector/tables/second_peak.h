// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The peak of all that was mapped or allocated, beside that of memory alone, in the way of the first (aggregator.h). As
// long as nothing but memory was mapped the two are one, and this costs nothing: it begins with the first other
// mapping.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/collector/tables/site_table.h"

namespace memray::collector {

class SecondPeak {
public:
    [[nodiscard]] bool began() const noexcept { return began_; }
    // Up to now it was `peak` at `peak_ms`; `sites`: what each held then is its peak, by `epoch`.
    void begin(const SiteTable& sites, std::uint64_t epoch, const capture::Amount& peak, std::int64_t peak_ms);

    // Before a site that holds `live` changes.
    void keep(std::uint32_t site, const capture::Amount& live) {
        if (site >= rows_.size()) { rows_.resize(std::size_t{site} * 3 / 2 + 16); }
        Row& row = rows_[site];
        if (row.epoch == epoch_) { return; }
        row = {live, epoch_};
    }
    // All together are this much now.
    void raise(const capture::Amount& all, std::int64_t now_ms) noexcept {
        if (all.bytes <= peak_.bytes) { return; }
        peak_ = all;
        peak_ms_ = now_ms;
        ++epoch_;
    }

    [[nodiscard]] const capture::Amount& peak() const noexcept { return peak_; }
    [[nodiscard]] std::int64_t peak_ms() const noexcept { return peak_ms_; }
    // Of a site that holds `live`.
    [[nodiscard]] const capture::Amount& of_site(std::uint32_t site, const capture::Amount& live) const noexcept {
        return site < rows_.size() && rows_[site].epoch == epoch_ ? rows_[site].peak : live;
    }

private:
    struct Row {
        capture::Amount peak;
        std::uint64_t epoch{0};
    };
    bool began_{false};
    std::vector<Row> rows_;  // by site
    capture::Amount peak_;
    std::int64_t peak_ms_{0};
    std::uint64_t epoch_{1};
};

}  // namespace memray::collector
