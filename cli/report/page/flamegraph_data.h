// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The data of a flame graph page. The page builds every picture from it: the metric, threads, hidden frames, inversion
// and, with time ranges, the span shown are chosen in the browser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/source_lines.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

struct FlamegraphOptions {
    std::string metric{"peak"};  // shown first: peak, leaked, temporary or total, or what else there is
    std::uint32_t temporary_threshold{1};
    bool inverted{false};
    bool split_threads{false};
    bool all_frames{false};              // at first; else my code (my_code.h), which the page makes of them
    bool compares{false};                // "after" with "before", by colour
    std::string note;                    // stands above the graph, if not empty
    bool temporal{false};                // with the data that time ranges need
    std::size_t most_snapshots{10'000};  // points of the memory graph
    bool complete{false};                // however large the page becomes
    Confidential confidential{Confidential::kDefault};
    std::size_t quoted_frames{std::numeric_limits<std::size_t>::max()};  // so many frames of the view, the first ones
};

// JSON; ASCII, and without '<', so that it can stand in a page. Fields:
//   options     what the page shows first
//   metadata    as in `stats --json`
//   strings     [text]
//   frames      function[], file[], source[]: strings; line[]; kind[]: 0 Python, 1 native; class[], role[]: see
//   frame_class.h;
//               package[]: strings, see package_of()
//   nodes       parent[], frame[] (-1: root or folded), folded[]; thread[] if split
//   metrics     name -> [node, allocator, bytes, allocations, ...]: what nodes allocated themselves, without their
//               callees
//   allocators  [name]
//   threads     [name]
//   snapshots   [ms since the start, RSS, heap, ...]
//   processes   see processes_json()
//   growth      see growth_json(); not in pages that compare
//   buckets     start_ms[], peak[]; intervals: [node, allocator, allocated, freed (-1: never), bytes, allocations,
//               ...]
struct Metric {
    std::string name;
    Selection selection;
};
[[nodiscard]] std::string flamegraph_data(const capture::Profile& profile, const StackView& view,
                                          const std::vector<Metric>& metrics, const FlamegraphOptions& options,
                                          const nlohmann::ordered_json* growth = nullptr);
// With the metrics peak, leaked, temporary and total; of a profile with a Period also kept, and those that are known.
[[nodiscard]] std::string flamegraph_data(const capture::Profile& profile, const StackView& view,
                                          const FlamegraphOptions& options);

}  // namespace memray::report
