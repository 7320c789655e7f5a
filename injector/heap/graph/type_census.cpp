// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/type_census.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "injector/heap/python/object_size.h"
#include "injector/heap/python/strings.h"
#include "injector/heap/python/values.h"

namespace memray::heap {
namespace {

void add_objects(Heap& heap, std::vector<TypeCount>& counts) {
    const Nodes& nodes = heap.nodes();
    for (NodeId node = 0; node < nodes.blocks(); ++node) {
        const Node& object = nodes[node];
        if (!object.is_object()) { continue; }
        TypeCount& count = counts[object.type()];
        ++count.objects;
        count.bytes += object_size(heap.memory(), *heap.runtime().layout, heap.types()[object.type()], object.object(),
                                   object.size() - object.front());
        count.allocated += object.size();
    }
}

// What an object keeps alive below another of its type is counted there.
void add_retained(Heap& heap, std::vector<TypeCount>& counts) {
    const Dominators& dominators = heap.dominators();
    const Nodes& nodes = heap.nodes();
    std::vector<std::uint32_t> above(counts.size());
    const auto is_counted = [&nodes](NodeId node) { return nodes[node].is_object() && !nodes[node].is_static(); };
    dominators.walk(
        [&](NodeId node) {
            if (!is_counted(node)) { return; }
            TypeCount& count = counts[nodes[node].type()];
            if (above[nodes[node].type()]++ == 0) { count.retained += dominators.retained(node); }
            const bool first = count.biggest == kNoNode;
            if (first || dominators.retained(node) > dominators.retained(count.biggest)) { count.biggest = node; }
        },
        [&](NodeId node) {
            if (is_counted(node)) { --above[nodes[node].type()]; }
        });
}

}  // namespace

std::vector<TypeCount> count_types(Heap& heap) {
    std::vector<TypeCount> counts(heap.types().size());
    static_cast<void>(heap.dominators());  // may find types
    counts.resize(heap.types().size());
    add_objects(heap, counts);
    add_retained(heap, counts);
    for (TypeId type = 1; type < counts.size(); ++type) {
        counts[type].type = type;
        if (counts[type].objects == 0) { continue; }
        counts[type].name = full_name(heap.memory(), *heap.runtime().layout, heap.types()[type]);
    }
    std::erase_if(counts, [](const TypeCount& count) { return count.objects == 0; });
    std::sort(counts.begin(), counts.end(), [](const TypeCount& one, const TypeCount& other) {
        return one.bytes != other.bytes ? one.bytes > other.bytes : one.name < other.name;
    });
    return counts;
}

StringCount count_strings(Heap& heap) {
    StringCount count;
    std::array<std::unordered_set<std::string_view>, 5> texts;  // by the width of a character
    const Nodes& nodes = heap.nodes();
    for (NodeId node = 0; node < nodes.blocks(); ++node) {
        const Node& object = nodes[node];
        if (!object.is_object() || heap.types()[object.type()].kind != Kind::kStr) { continue; }
        ++count.strings;
        count.bytes += object.size();
        const StringBytes text =
            string_bytes(heap.memory(), *heap.runtime().layout, object.object(), ~std::uint64_t{0});
        if (text.bytes == nullptr) { continue; }
        const std::string_view bytes(reinterpret_cast<const char*>(text.bytes), text.size());
        if (texts.at(text.width).insert(bytes).second) { continue; }
        ++count.repeated;
        count.repeated_bytes += object.size();
    }
    return count;
}

}  // namespace memray::heap
