// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/flamegraph_data.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "cli/report/call_tree.h"
#include "cli/report/frame_class.h"
#include "cli/report/leaks/leaks_report.h"
#include "cli/report/metadata_json.h"
#include "cli/report/notes.h"
#include "cli/report/page/big_tree.h"
#include "cli/report/page/page_json.h"
#include "cli/report/period.h"
#include "cli/report/selection.h"
#include "injector/interning/key_index.h"
#include "injector/interning/string_table.h"

namespace memray::report {
namespace {

using capture::Amount;
using capture::Profile;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kFewestNodes = 1'000;
constexpr std::size_t kFirstNodes = 10'000;      // enough to tell how long a node is
constexpr std::size_t kLargestData = 4'600'000;  // bytes: with the page around it below 5 MB

using Numbers = std::vector<std::int64_t>;

std::int64_t number_or(std::uint32_t number, std::uint32_t none) {
    return number == none ? -1 : static_cast<std::int64_t>(number);
}

PageObject nodes_json(const CallNodes& tree, interning::KeyIndex& frames, bool threads) {
    Numbers parent;
    Numbers frame;
    Numbers folded;
    Numbers thread;
    for (const CallNode& node : tree.nodes) {
        parent.push_back(node.parent);
        frame.push_back(node.frame == kNoFrame ? -1 : static_cast<std::int64_t>(frames.number(node.frame)));
        folded.push_back(node.folded);
        if (threads) { thread.push_back(number_or(node.thread, kAllThreads)); }
    }
    PageObject nodes;
    nodes.add("parent", parent);
    nodes.add("frame", frame);
    nodes.add("folded", folded);
    if (threads) { nodes.add("thread", thread); }
    return nodes;
}

Json frames_json(const StackView& view, const interning::KeyIndex& used, interning::StringTable& texts,
                 const FlamegraphOptions& options) {
    SourceLines source(options.confidential);
    const std::vector<Role> roles = roles_of(view);
    Json json;
    for (const char* column : {"function", "file", "line", "source", "kind", "class", "role", "package"}) {
        json[column] = Json::array();
    }
    for (std::uint32_t i = 0; i < used.size(); ++i) {
        const std::uint64_t number = used.key(i);
        const ViewFrame& frame = view.frames[number];
        const std::string& function = view.strings[frame.function];
        const std::string& file = view.strings[frame.file];
        json["function"].push_back(texts.number(function));
        json["file"].push_back(texts.number(file));
        json["line"].push_back(frame.line);
        json["source"].push_back(texts.number(number < options.quoted_frames ? source.line(file, frame.line) : ""));
        json["kind"].push_back(static_cast<int>(frame.kind));
        json["class"].push_back(frame_class(function, file, frame.kind));
        json["role"].push_back(static_cast<int>(roles[number]));
        json["package"].push_back(texts.number(std::string(package_of(file))));
    }
    return json;
}

// Allocators in order of first use.
class AllocatorTable {
public:
    std::uint32_t number(capture::Allocator allocator) {
        return numbers_.number(static_cast<std::uint64_t>(allocator));
    }
    [[nodiscard]] Json json() const {
        Json names = Json::array();
        for (std::uint32_t i = 0; i < numbers_.size(); ++i) {
            names.push_back(capture::allocator_name(static_cast<capture::Allocator>(numbers_.key(i))));
        }
        return names;
    }

private:
    interning::KeyIndex numbers_;
};

// Brings rows in the order of their keys, those of one key together.
template <typename Key>
void merge(std::vector<std::pair<Key, Amount>>& rows) {
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (kept > 0 && rows[kept - 1].first == rows[i].first) {
            rows[kept - 1].second += rows[i].second;
        } else {
            rows[kept++] = rows[i];
        }
    }
    rows.resize(kept);
}

void push(Numbers& flat, std::initializer_list<std::uint64_t> values) {
    for (const std::uint64_t value : values) { flat.push_back(static_cast<std::int64_t>(value)); }
}

Numbers metric_numbers(const Profile& profile, const CallNodes& tree, const Selection& selection,
                       AllocatorTable& allocators) {
    std::vector<std::pair<std::pair<std::uint32_t, std::uint32_t>, Amount>> own;  // by node and allocator
    for (std::size_t site = 0; site < selection.size(); ++site) {
        const std::uint32_t node = tree.of_site[site];
        if (node == kLeftOut || (selection[site].count == 0 && selection[site].bytes == 0)) { continue; }
        own.push_back({{node, allocators.number(profile.sites[site].allocator)}, selection[site]});
    }
    merge(own);
    Numbers flat;
    flat.reserve(4 * own.size());
    for (const auto& [key, amount] : own) { push(flat, {key.first, key.second, amount.bytes, amount.count}); }
    return flat;
}

PageObject metrics_json(const Profile& profile, const CallNodes& tree, const std::vector<Metric>& metrics,
                        AllocatorTable& allocators) {
    PageObject json;
    for (const Metric& metric : metrics) {
        json.add(metric.name, metric_numbers(profile, tree, metric.selection, allocators));
    }
    return json;
}

Numbers interval_numbers(const Profile& profile, const CallNodes& tree, AllocatorTable& allocators) {
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
    std::vector<std::pair<Key, Amount>> intervals;
    for (const capture::Interval& interval : profile.intervals) {
        const std::uint32_t node = tree.of_site[interval.site];
        if (node == kLeftOut) { continue; }
        const std::uint32_t allocator = allocators.number(profile.sites[interval.site].allocator);
        intervals.push_back({{node, allocator, interval.allocated, interval.freed}, interval.amount});
    }
    merge(intervals);
    Numbers flat;
    flat.reserve(6 * intervals.size());
    for (const auto& [key, amount] : intervals) {
        const auto [node, allocator, allocated, freed] = key;
        push(flat, {node, allocator, allocated});
        flat.push_back(number_or(freed, capture::kNever));
        push(flat, {amount.bytes, amount.count});
    }
    return flat;
}

PageObject buckets_json(const Profile& profile, const CallNodes& tree, AllocatorTable& allocators) {
    Numbers start;
    Numbers peak;
    for (const capture::TimeBucket& bucket : profile.time_buckets) {
        start.push_back(bucket.start_ms - profile.metadata.start_ms);
        push(peak, {bucket.peak_bytes});
    }
    PageObject buckets;
    buckets.add("start_ms", start);
    buckets.add("peak", peak);
    buckets.add("intervals", interval_numbers(profile, tree, allocators));
    return buckets;
}

std::string document(const Profile& profile, const StackView& view, const std::vector<Metric>& metrics,
                     const FlamegraphOptions& options, const Json* growth, const CallNodes& tree) {
    interning::KeyIndex frames;
    std::vector<std::string> strings;
    interning::StringTable texts(strings);
    AllocatorTable allocators;
    const PageObject nodes = nodes_json(tree, frames, options.split_threads);
    PageObject json;
    json.add("options", {{"metric", options.metric},
                         {"temporary_threshold", options.temporary_threshold},
                         {"inverted", options.inverted},
                         {"all_frames", options.all_frames},
                         {"compares", options.compares},
                         {"note", options.note},
                         {"leak_note", leak_note(profile.metadata)},
                         {"temporal", options.temporal}});
    json.add("metadata", metadata_json(profile));
    json.add("frames", frames_json(view, frames, texts, options));
    json.add("nodes", nodes);
    json.add("metrics", metrics_json(profile, tree, metrics, allocators));
    json.add("threads", threads_json(profile));
    json.add("snapshots", snapshots_json(profile, options.most_snapshots));
    json.add("processes", processes_json(profile, options.most_snapshots));
    if (options.temporal) { json.add("buckets", buckets_json(profile, tree, allocators)); }
    if (growth != nullptr) { json.add("growth", *growth); }
    json.add("allocators", allocators.json());
    json.add("strings", Json(strings));
    return json.finish();
}

BigTree tree_of(const Profile& profile, const StackView& view, const std::vector<Metric>& metrics,
                const FlamegraphOptions& options) {
    std::vector<Selection> selections;
    for (const Metric& metric : metrics) { selections.push_back(metric.selection); }
    return {profile, view, selections, {false, options.split_threads}};
}

}  // namespace

std::string flamegraph_data(const Profile& profile, const StackView& view, const std::vector<Metric>& metrics,
                            const FlamegraphOptions& options, const Json* growth) {
    const BigTree whole = tree_of(profile, view, metrics, options);
    const auto of_largest = [&](std::size_t nodes) {
        return document(profile, view, metrics, options, growth, whole.largest(nodes));
    };
    if (options.complete) { return of_largest(whole.size()); }
    const std::size_t most = std::min(whole.size(), kMostNodes);
    std::size_t nodes = std::min(most, kFirstNodes);
    std::string text = of_largest(nodes);
    // The length grows nearly linearly with the nodes: the first estimate fits as a rule.
    for (bool fits = false; !fits; fits = text.size() <= kLargestData) {
        const std::size_t fitting = nodes * (kLargestData - kLargestData / 20) / text.size();
        const std::size_t next = std::clamp(fitting, std::min(kFewestNodes, most), most);
        if (next == nodes) { break; }
        nodes = next;
        text = of_largest(nodes);
    }
    return text;
}

std::string flamegraph_data(const Profile& profile, const StackView& view, const FlamegraphOptions& options) {
    const Json growth = growth_json(profile, view);  // takes most memory while it is made
    std::vector<Metric> metrics{{"peak", at_peak(profile)}, {"leaked", leaked(profile)}};
    if (profile.period) { metrics.insert(metrics.begin(), {"kept", kept(profile)}); }
    if (knows_totals(profile)) {
        metrics.push_back({"temporary", temporary(profile, options.temporary_threshold)});
        metrics.push_back({"total", allocated(profile)});
    }
    return flamegraph_data(profile, view, metrics, options, growth.is_null() ? nullptr : &growth);
}

}  // namespace memray::report
