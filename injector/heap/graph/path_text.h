// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who holds an object, in the words of somebody who writes Python: sys.modules['app'].CACHE['users'][17].tags.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "injector/heap/graph/heap.h"

namespace memray::heap {

// How much of a heap's contents is shown.
enum class Contents : std::uint8_t {
    kShow,    // keys of dictionaries, shortened
    kRedact,  // names that programs are made of only: of modules, types, attributes and variables
};

class PathText {
public:
    PathText(Heap& heap, Contents contents) : heap_(heap), contents_(contents) {}

    // The shortest way from the most preferred root to `node`; empty if there is none.
    [[nodiscard]] std::vector<NodeId> way_to(NodeId node);
    // That way as an expression.
    [[nodiscard]] std::string expression(NodeId node);

    // "app.User", "dict", "memory of C libraries": the type with its module.
    [[nodiscard]] std::string type_name(NodeId node) const;
    // The same with what it has: "dict of 12 items", "str of 300 characters".
    [[nodiscard]] std::string title(NodeId node) const;

    // Whether the items of a dictionary are the attributes of who holds it.
    [[nodiscard]] bool is_namespace(NodeId dict, NodeId holder) const;

private:
    // What the node of that index adds to the expression.
    [[nodiscard]] std::string step_on(const std::vector<NodeId>& way, std::size_t index);
    // What follows the expression for `from` in that for `to`.
    [[nodiscard]] std::string step(NodeId from, NodeId to);
    [[nodiscard]] std::string item_step(const Node& object, RemoteAddr target);
    [[nodiscard]] std::string field_step_of(const Node& object, RemoteAddr target) const;
    [[nodiscard]] std::string dict_step(const Node& dict, RemoteAddr target, bool is_namespace);
    [[nodiscard]] std::string attribute_step(const Node& object, RemoteAddr target) const;
    [[nodiscard]] std::string slot_step(const Node& object, RemoteAddr target) const;
    [[nodiscard]] std::string sequence_step(RemoteAddr items, std::uint64_t count, RemoteAddr target) const;
    [[nodiscard]] std::string deque_step(RemoteAddr deque, RemoteAddr target) const;
    [[nodiscard]] std::string frame_step(const Node& object, RemoteAddr target) const;
    [[nodiscard]] std::string attribute_text(RemoteAddr key) const;
    [[nodiscard]] std::string key_text(RemoteAddr key) const;
    [[nodiscard]] const Type& type_of(NodeId node) const { return heap_.types()[heap_.nodes()[node].type()]; }

    // Keys by the values that they have.
    using DictIndex = std::unordered_map<std::uint64_t, std::uint64_t>;
    const DictIndex& index_of(RemoteAddr dict);
    [[nodiscard]] bool is_module(RemoteAddr object) const;

    Heap& heap_;
    Contents contents_;
    std::unordered_map<std::uint64_t, DictIndex> indices_;  // by the address of a dictionary
    std::size_t indexed_{0};                                // entries of all of them
};

}  // namespace memray::heap
