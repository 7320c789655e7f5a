// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/heap/heap_report.h"
#include "injector/base/error.h"
#include "injector/heap/python/object_size.h"
#include "injector/heap/python/values.h"

namespace memray::heap_report {
namespace {

using heap::Heap;
using heap::kNoNode;
using heap::NodeId;

std::optional<std::uint64_t> address_in(const std::string& text) {
    if (!text.starts_with("0x")) { return std::nullopt; }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (error != std::errc() || end != text.data() + text.size()) { return std::nullopt; }
    return value;
}

std::vector<NodeId> object_at(const Heap& heap, std::uint64_t address) {
    const NodeId node = heap.nodes().at(heap::RemoteAddr(address));
    if (node == kNoNode || !heap.nodes()[node].is_object()) {
        throw base::Error(fmt::format("There is no object at 0x{:x}", address));
    }
    return {node};
}

// By type, whether its name is the one that is asked for.
std::vector<bool> types_named(const Heap& heap, const std::string& name) {
    std::vector<bool> wanted(heap.types().size(), name.empty());
    for (heap::TypeId type = 1; type < wanted.size() && !name.empty(); ++type) {
        const std::string full = heap::full_name(heap.memory(), *heap.runtime().layout, heap.types()[type]);
        wanted[type] = full == name || (full.ends_with(name) && full[full.size() - name.size() - 1] == '.');
    }
    return wanted;
}

std::vector<NodeId> biggest_of(Heap& heap, const std::string& name, std::size_t count) {
    const heap::Dominators& dominators = heap.dominators();
    const std::vector<bool> wanted = types_named(heap, name);
    std::vector<NodeId> found;
    for (NodeId node = 0; node < heap.nodes().blocks(); ++node) {
        const heap::Node& object = heap.nodes()[node];
        const bool is_module = name.empty() && (heap.types()[object.type()].kind == heap::Kind::kModule ||
                                                heap.graph().module_of(node) != node);
        if (object.is_object() && wanted[object.type()] && !is_module) { found.push_back(node); }
    }
    if (found.empty()) {
        throw base::Error(name.empty() ? "There is no object" : "There is no object of type " + name);
    }
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(count, found.size()));
    std::partial_sort(found.begin(), end, found.end(), [&](NodeId one, NodeId other) {
        const std::uint64_t bytes = dominators.retained(one);
        const std::uint64_t other_bytes = dominators.retained(other);
        return bytes != other_bytes ? bytes > other_bytes : one < other;
    });
    found.erase(end, found.end());
    return found;
}

}  // namespace

std::vector<Explained> explain(Heap& heap, heap::Contents contents, const std::string& what, std::size_t count) {
    static_cast<void>(heap.dominators());
    const auto address = address_in(what);
    const std::vector<NodeId> nodes = address ? object_at(heap, *address) : biggest_of(heap, what, count);
    heap::PathText paths(heap, contents);
    std::vector<Explained> explained;
    for (const NodeId node : nodes) {
        const heap::Node& object = heap.nodes()[node];
        const std::uint64_t size = heap::object_size(heap.memory(), *heap.runtime().layout, heap.types()[object.type()],
                                                     object.object(), object.size() - object.front());
        explained.push_back({object.object().value(), paths.expression(node), paths.title(node), size,
                             heap.dominators().retained(node)});
    }
    return explained;
}

}  // namespace memray::heap_report
