// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/path_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "injector/heap/python/deque_items.h"
#include "injector/heap/python/dict_items.h"
#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"
#include "injector/heap/python/values.h"

namespace memray::heap {
namespace {

constexpr std::size_t kLongestKey = 40;
constexpr std::size_t kLongestWay = 1000;

// PyMemberDescrObject.d_member; PyMemberDef {name, type, offset}.
constexpr std::uint64_t kMember = 40;
constexpr std::uint64_t kMemberOffset = 16;

struct Field {
    std::uint64_t offset;
    const char* name;
};
// PyFunctionObject of 3.10 and later (Include/cpython/funcobject.h), and of 3.8 and 3.9.
constexpr std::array<Field, 6> kFunction{{{48, ".__code__"},
                                          {56, ".__defaults__"},
                                          {64, ".__kwdefaults__"},
                                          {72, ".__closure__"},
                                          {80, ".__doc__"},
                                          {88, ".__dict__"}}};
constexpr std::array<Field, 6> kFunction39{{{16, ".__code__"},
                                            {32, ".__defaults__"},
                                            {40, ".__kwdefaults__"},
                                            {48, ".__closure__"},
                                            {56, ".__doc__"},
                                            {72, ".__dict__"}}};
constexpr std::array<Field, 2> kTraceback{{{16, ".tb_next"}, {24, ".tb_frame"}}};
constexpr std::array<Field, 2> kMethod{{{16, ".__func__"}, {24, ".__self__"}}};
constexpr std::array<Field, 1> kCell{{{16, ".cell_contents"}}};
constexpr std::array<Field, 4> kType{
    {{256, ".__base__"}, {336, ".__bases__"}, {344, ".__mro__"}, {360, ".__subclasses__()"}}};
// PyBaseExceptionObject (Include/cpython/pyerrors.h), 3.11 and later, and before, without notes.
constexpr std::array<Field, 5> kException{
    {{24, ".args"}, {32, ".__notes__"}, {40, ".__traceback__"}, {48, ".__context__"}, {56, ".__cause__"}}};
constexpr std::array<Field, 4> kException310{
    {{24, ".args"}, {32, ".__traceback__"}, {40, ".__context__"}, {48, ".__cause__"}}};

template <std::size_t kCount>
std::string field_step(const Memory& memory, RemoteAddr object, RemoteAddr target,
                       const std::array<Field, kCount>& fields) {
    for (const Field& field : fields) {
        if (memory.word(object + field.offset) == target.value()) { return field.name; }
    }
    return ".?";
}

bool is_identifier(std::string_view text) {
    const auto is_letter = [](char letter) {
        return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter & 0x80) != 0;
    };
    const auto is_part = [&](char letter) { return is_letter(letter) || (letter >= '0' && letter <= '9'); };
    return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_part);
}

}  // namespace

std::vector<NodeId> PathText::way_to(NodeId node) {
    const Reachability& paths = heap_.roots().paths;
    std::vector<NodeId> way;
    if (!paths.is_reached(node)) { return way; }
    way.push_back(node);
    while (paths.before(way.back()) != way.back() && way.size() < kLongestWay) {
        way.push_back(paths.before(way.back()));
    }
    std::reverse(way.begin(), way.end());
    return way;
}

std::string PathText::expression(NodeId node) {
    const std::vector<NodeId> way = way_to(node);
    if (way.empty()) { return {}; }
    const Root* root = heap_.root_at(way.front());
    std::string text = root == nullptr ? "?" : heap_.roots().labels[root->label];
    for (std::size_t index = 1; index < way.size(); ++index) { text += step_on(way, index); }
    return text;
}

// Between a dictionary and what is in it lies the memory of its keys.
std::string PathText::step_on(const std::vector<NodeId>& way, std::size_t index) {
    const auto is_keys = [&](std::size_t at) {
        return heap_.graph().is_owned(way[at]) && !heap_.nodes()[way[at]].is_object();
    };
    if (is_keys(index) && index + 1 < way.size()) { return {}; }
    std::size_t from = index - 1;
    if (from > 0 && is_keys(from)) { --from; }
    if (from > 0 && is_namespace(way[from], way[from - 1])) {
        return dict_step(heap_.nodes()[way[from]], heap_.nodes()[way[index]].object(), true);
    }
    return step(way[from], way[index]);
}

bool PathText::is_namespace(NodeId dict, NodeId holder) const {
    if (!heap_.nodes()[dict].is_object() || type_of(dict).kind != Kind::kDict) { return false; }
    const Node& object = heap_.nodes()[holder];
    if (!object.is_object()) { return false; }
    const RemoteAddr target = heap_.nodes()[dict].object();
    const Type& type = type_of(holder);
    const Memory& memory = heap_.memory();
    if (type.kind == Kind::kModule) { return memory.word(object.object() + kModuleDict) == target.value(); }
    if (type.kind == Kind::kType) { return memory.word(object.object() + kTypeDict) == target.value(); }
    if (type.has_managed_dict()) {
        return (memory.word(object.object() - kManagedDict) & ~std::uint64_t{1}) == target.value();
    }
    return type.dict_offset > 0 &&
           memory.word(object.object() + static_cast<std::uint64_t>(type.dict_offset)) == target.value();
}

std::string PathText::step(NodeId from, NodeId to) {
    const Node& object = heap_.nodes()[from];
    const Node& held = heap_.nodes()[to];
    if (!object.is_object()) { return ".?"; }
    if (is_namespace(to, from)) { return {}; }
    if (!held.is_object()) { return " (its memory)"; }
    if (held.object() == type_of(from).address) { return ".__class__"; }
    std::string item = item_step(object, held.object());
    return item.empty() ? field_step_of(object, held.object()) : item;
}

// Empty for what has no items.
std::string PathText::item_step(const Node& object, RemoteAddr target) {
    const Memory& memory = heap_.memory();
    const RemoteAddr at = object.object();
    switch (heap_.types()[object.type()].kind) {
        case Kind::kDict:
            return dict_step(object, target, false);
        case Kind::kList:
            return sequence_step(RemoteAddr(memory.word(at + kListItems)), memory.word(at + kObSize), target);
        case Kind::kTuple:
            return sequence_step(at + heap_.runtime().layout->tuple_items, memory.word(at + kObSize), target);
        case Kind::kSet:
            return " (member)";
        case Kind::kDeque:
            return deque_step(at, target);
        default:
            return {};
    }
}

std::string PathText::field_step_of(const Node& object, RemoteAddr target) const {
    const Memory& memory = heap_.memory();
    const HeapLayout& layout = *heap_.runtime().layout;
    const RemoteAddr at = object.object();
    switch (heap_.types()[object.type()].kind) {
        case Kind::kFunction:
            return layout.at_least(10) ? field_step(memory, at, target, kFunction)
                                       : field_step(memory, at, target, kFunction39);
        case Kind::kTraceback:
            return field_step(memory, at, target, kTraceback);
        case Kind::kMethod:
            return field_step(memory, at, target, kMethod);
        case Kind::kCell:
            return field_step(memory, at, target, kCell);
        case Kind::kType:
            return field_step(memory, at, target, kType);
        case Kind::kException: {
            std::string known = layout.at_least(11) ? field_step(memory, at, target, kException)
                                                    : field_step(memory, at, target, kException310);
            return known == ".?" ? attribute_step(object, target) : known;
        }
        case Kind::kFrame:
        case Kind::kGenerator:
            return frame_step(object, target);
        default:
            return attribute_step(object, target);
    }
}

std::string PathText::dict_step(const Node& dict, RemoteAddr target, bool is_namespace) {
    const DictIndex& index = index_of(dict.object());
    auto found = index.find(target.value());
    // Who refers to the dictionary of a module is said to refer to the module.
    if (found == index.end() && is_module(target)) { found = index.find(heap_.memory().word(target + kModuleDict)); }
    if (found == index.end()) { return " (key)"; }
    const RemoteAddr key(found->second);
    return is_namespace ? attribute_text(key) : "[" + key_text(key) + "]";
}

bool PathText::is_module(RemoteAddr object) const {
    const NodeId node = heap_.nodes().at(object);
    return node != kNoNode && heap_.nodes()[node].is_object() && type_of(node).kind == Kind::kModule;
}

// Keys by values, the first of each. The dictionaries that the most is asked of are large.
const PathText::DictIndex& PathText::index_of(RemoteAddr dict) {
    constexpr std::size_t kMostIndexed = 50'000'000;
    if (indexed_ > kMostIndexed) {
        indices_.clear();
        indexed_ = 0;
    }
    const auto [found, is_new] = indices_.try_emplace(dict.value());
    if (is_new) {
        for_each_dict_item(heap_.memory(), *heap_.runtime().layout, dict,
                           [&index = found->second](auto key, auto value) {
                               index.try_emplace(value.value(), key.value());
                               return true;
                           });
        indexed_ += found->second.size() + 1;
    }
    return found->second;
}

// What is no name that a program can have written is contents.
std::string PathText::attribute_text(RemoteAddr key) const {
    const std::string name = string_text(heap_.memory(), *heap_.runtime().layout, key, kLongestName);
    return is_identifier(name) ? "." + name : "[" + key_text(key) + "]";
}

std::string PathText::key_text(RemoteAddr key) const {
    if (contents_ == Contents::kRedact) { return "..."; }
    const Memory& memory = heap_.memory();
    const HeapLayout& layout = *heap_.runtime().layout;
    const TypeId type = heap_.types().known(RemoteAddr(memory.word(key + kObType)));
    if (type == kNoType) { return "..."; }
    const Kind kind = heap_.types()[type].kind;
    if (kind == Kind::kInt) {
        if (const auto value = small_integer(memory, layout, key)) { return std::to_string(*value); }
    }
    if (kind == Kind::kStr) {
        const bool longer = string_bytes(memory, layout, key, 0).length > kLongestKey;
        return fmt::format("'{}{}'", string_text(memory, layout, key, kLongestKey), longer ? "..." : "");
    }
    return full_name(memory, layout, heap_.types()[type]);
}

std::string PathText::attribute_step(const Node& object, RemoteAddr target) const {
    const Memory& memory = heap_.memory();
    const HeapLayout& layout = *heap_.runtime().layout;
    const Type& type = heap_.types()[object.type()];
    if (!type.has_managed_dict() || !layout.at_least(11)) { return slot_step(object, target); }
    const DictKeys keys = read_dict_keys(memory, layout, RemoteAddr(memory.word(type.address + layout.ht_cached_keys)));
    RemoteAddr values = object.object() + type.basic_size;
    if (layout.minor == 11) { values = RemoteAddr(memory.word(object.object() - kManagedValues)); }
    if (layout.minor == 12) { values = RemoteAddr(memory.word(object.object() - kManagedDict) + 1); }
    const SplitValues split = read_split_values(memory, layout, values, keys);
    for (std::uint64_t index = 0; index < split.count; ++index) {
        if (memory.word(split.values + index * kPointer) != target.value()) { continue; }
        const RemoteAddr name(memory.word(keys.entries + index * keys.entry_size + keys.key_at));
        return attribute_text(name);
    }
    return slot_step(object, target);
}

// The descriptors of __slots__ say where they are.
std::string PathText::slot_step(const Node& object, RemoteAddr target) const {
    const Memory& memory = heap_.memory();
    const HeapLayout& layout = *heap_.runtime().layout;
    RemoteAddr type = heap_.types()[object.type()].address;
    std::string found;
    for (unsigned depth = 0; depth < 64 && !type.is_null() && found.empty(); ++depth) {
        for_each_dict_item(
            memory, layout, RemoteAddr(memory.word(type + kTypeDict)), [&](RemoteAddr name, RemoteAddr value) {
                const NodeId node = heap_.nodes().at(value);
                if (node == kNoNode || !heap_.nodes()[node].is_object() || type_of(node).name != "member_descriptor") {
                    return true;
                }
                const RemoteAddr member(memory.word(value + kMember));
                const std::uint64_t offset = memory.word(member + kMemberOffset);
                if (offset > kMostItems || memory.word(object.object() + offset) != target.value()) { return true; }
                found = "." + string_text(memory, layout, name, kLongestName);
                return false;
            });
        type = RemoteAddr(memory.word(type + kTypeBase));
    }
    return found.empty() ? ".?" : found;
}

std::string PathText::sequence_step(RemoteAddr items, std::uint64_t count, RemoteAddr target) const {
    const std::byte* words = count < kMostItems ? heap_.memory().view(items, count * kPointer) : nullptr;
    for (std::uint64_t index = 0; words != nullptr && index < count; ++index) {
        std::uint64_t word = 0;
        std::memcpy(&word, words + index * kPointer, sizeof word);
        if (word == target.value()) { return fmt::format("[{}]", index); }
    }
    return "[?]";
}

std::string PathText::deque_step(RemoteAddr deque, RemoteAddr target) const {
    std::uint64_t index = 0;
    std::string found = "[?]";
    for_each_deque_item(heap_.memory(), deque, [&](RemoteAddr item) {
        if (item == target) { found = fmt::format("[{}]", index); }
        ++index;
        return item != target;
    });
    return found;
}

std::string PathText::frame_step(const Node& object, RemoteAddr target) const {
    const Kind kind = heap_.types()[object.type()].kind;
    constexpr std::uint64_t kGeneratorFrame = 16;  // PyGenObject.gi_frame up to 3.10
    const bool has_frame = kind == Kind::kGenerator && !heap_.runtime().layout->at_least(11);
    if (has_frame && heap_.memory().word(object.object() + kGeneratorFrame) == target.value()) { return ".gi_frame"; }
    const auto frame = frame_in(heap_.memory(), heap_.runtime(), object.object(), kind);
    std::string found = ".?";
    if (!frame) { return found; }
    for_each_slot(heap_.memory(), heap_.runtime(), *frame, [&](const std::string& name, RemoteAddr value) {
        if (value == target && !name.empty()) { found = fmt::format(" ({}(), local {})", frame->function, name); }
    });
    return found;
}

std::string PathText::type_name(NodeId node) const {
    const Node& found = heap_.nodes()[node];
    if (!found.is_object()) { return heap_.graph().is_owned(node) ? "memory of an object" : "memory of C libraries"; }
    return full_name(heap_.memory(), *heap_.runtime().layout, type_of(node));
}

std::string PathText::title(NodeId node) const {
    const Node& found = heap_.nodes()[node];
    std::string name = type_name(node);
    if (!found.is_object()) { return name; }
    const std::uint64_t size = heap_.memory().word(found.object() + kObSize);
    switch (type_of(node).kind) {
        case Kind::kDict:
        case Kind::kList:
        case Kind::kTuple:
        case Kind::kDeque:
            return fmt::format("{} of {} items", name, size);
        case Kind::kSet:
            return fmt::format("{} of {} items", name, heap_.memory().word(found.object() + kSetUsed));
        case Kind::kStr:
            return fmt::format("{} of {} characters", name, size);
        case Kind::kBytes:
        case Kind::kByteArray:
            return fmt::format("{} of {} bytes", name, size);
        default:
            return name;
    }
}

}  // namespace memray::heap
