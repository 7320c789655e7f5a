// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/heap/heap_report.h"

#include <algorithm>
#include <unordered_map>

namespace memray::heap_report {
namespace {

using heap::Heap;
using heap::kNoNode;
using heap::NodeId;

constexpr const char* kShared = "held by several of these";
constexpr std::size_t kMostBelow = 10;
constexpr std::size_t kDeepest = 32;           // nodes
constexpr std::uint64_t kSmallestShare = 200;  // what is less than a 200th of all is not told of

class HolderTree {
public:
    HolderTree(Heap& heap, heap::Contents contents)
        : heap_(heap), paths_(heap, contents), graph_(heap.graph()), dominators_(heap.dominators()) {
        for (const NodeId node : dominators_.children(kNoNode)) { total_ += dominators_.retained(node); }
    }

    // Roots of the same label are one.
    [[nodiscard]] std::vector<Holder> all() {
        std::vector<Holder> holders;
        std::unordered_map<std::string, std::size_t> of_label;
        for (const NodeId node : dominators_.children(kNoNode)) {
            const heap::Root* root = heap_.root_at(node);
            const std::string label = root == nullptr ? kShared : heap_.roots().labels[root->label];
            const auto [found, is_new] = of_label.emplace(label, holders.size());
            if (is_new) { holders.push_back(several(label)); }
            Holder& holder = holders[found->second];
            holder.retained += dominators_.retained(node);
            if (holder.below.size() < kMostBelow && is_worth_it(node)) { holder.below.push_back(one(node, {}, 1)); }
        }
        std::erase_if(holders, [this](const Holder& holder) { return !is_worth_it(holder.retained); });
        std::sort(holders.begin(), holders.end(),
                  [](const Holder& one, const Holder& other) { return one.retained > other.retained; });
        for (Holder& holder : holders) { unfold(holder); }
        return holders;
    }

private:
    [[nodiscard]] static Holder several(const std::string& label) {
        Holder holder;
        holder.path = holder.step = label;
        return holder;
    }

    // A label that stands for a single object is that object.
    static void unfold(Holder& holder) {
        if (holder.below.size() != 1 || holder.below.front().retained != holder.retained ||
            holder.below.front().path != holder.path) {
            return;
        }
        Holder only = std::move(holder.below.front());
        holder = std::move(only);
        holder.step = holder.path;
    }

    [[nodiscard]] Holder one(NodeId node, const std::string& above, std::size_t depth) {
        Holder holder;
        holder.path = paths_.expression(node);
        holder.step = !above.empty() && holder.path.starts_with(above) ? holder.path.substr(above.size()) : holder.path;
        holder.title = paths_.title(node);
        holder.address = heap_.nodes()[node].object().value();
        holder.retained = dominators_.retained(node);
        add_below(holder, node, depth + 1);
        return holder;
    }

    void add_below(Holder& holder, NodeId node, std::size_t depth) {
        if (depth > kDeepest) { return; }
        for (const NodeId child : dominators_.children(node)) {
            if (!is_worth_it(child) || holder.below.size() == kMostBelow) { return; }
            // The dictionary of a module or an instance is said by what is in it, and so is the memory of a container.
            if (is_own_memory(child) || paths_.is_namespace(child, node)) {
                add_below(holder, child, depth + 1);
            } else if (heap_.nodes()[child].is_object()) {
                holder.below.push_back(one(child, holder.path, depth));
            }
        }
    }
    [[nodiscard]] bool is_own_memory(NodeId block) const {
        return !heap_.nodes()[block].is_object() && graph_.is_owned(block);
    }

    [[nodiscard]] bool is_worth_it(NodeId node) const { return is_worth_it(dominators_.retained(node)); }
    [[nodiscard]] bool is_worth_it(std::uint64_t bytes) const { return bytes * kSmallestShare >= total_; }

    Heap& heap_;
    heap::PathText paths_;
    const heap::ObjectGraph& graph_;
    const heap::Dominators& dominators_;
    std::uint64_t total_{0};
};

void count(Heap& heap, HeapReport& report) {
    const heap::Dominators& dominators = heap.dominators();
    for (NodeId node = 0; node < heap.nodes().blocks(); ++node) {
        const heap::Node& found = heap.nodes()[node];
        if (!found.is_object()) {
            ++report.other_blocks;
            report.other_bytes += found.size();
            continue;
        }
        ++report.objects;
        report.object_bytes += found.size();
        if (dominators.is_reached(node)) { continue; }
        ++report.garbage_objects;
        report.garbage_bytes += found.size();
    }
}

}  // namespace

HeapReport make_heap_report(Heap& heap, heap::Contents contents) {
    HeapReport report;
    report.version = heap.runtime().version_text();
    report.broken_pools = heap.broken_pools();
    count(heap, report);
    report.references = heap.graph().check();
    report.strings = heap::count_strings(heap);
    report.holders = HolderTree(heap, contents).all();
    heap::PathText paths(heap, contents);
    for (heap::TypeCount& type : heap::count_types(heap)) {
        std::string biggest = type.biggest == kNoNode ? "" : paths.expression(type.biggest);
        report.types.push_back({std::move(type), std::move(biggest)});
    }
    return report;
}

}  // namespace memray::heap_report
