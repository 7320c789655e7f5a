// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/references.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "injector/heap/python/deque_items.h"
#include "injector/heap/python/frame_references.h"
#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

// Offsets that are the same in 3.8 to 3.15 with the GIL (Include/cpython/*.h, Include/internal/*.h).
constexpr std::uint64_t kListSize = 40;
constexpr std::uint64_t kDictSize = 48;
constexpr std::uint64_t kSetSize = 200;
constexpr std::uint64_t kByteArrayData = 32;    // ob_bytes, up to 3.14
constexpr std::uint64_t kByteArrayObject = 56;  // ob_bytes_object, 3.15 and later: a bytes object
constexpr std::uint64_t kWeakrefCallback = 24;
constexpr std::uint64_t kWeakrefSize = 64;
constexpr std::uint64_t kFloatSize = 24;

constexpr std::uint64_t kDequeSize = 88;

constexpr std::array<std::uint64_t, 5> kTypeFields{kTypeBase, kTypeDict, kTypeBases, kTypeMro, kTypeCache};

constexpr std::uint32_t kNotInterned = 0;
constexpr std::uint32_t kMortal = 1;
std::uint32_t interned_state(const Memory& memory, RemoteAddr string) {
    return str_state(memory.get<std::uint32_t>(string + kStrState).value_or(0)).interned;
}

// The table of interned strings has each as key and as value, and neither is counted but of those that are immortal
// (Objects/unicodeobject.c, PyUnicode_InternInPlace).
bool is_interned_table(const Memory& memory, const DictKeys& keys, const std::byte* entries) {
    constexpr std::uint64_t kFewest = 64;
    std::uint64_t filled = 0;
    for (std::uint64_t index = 0; index < keys.count && filled < kFewest; ++index, entries += keys.entry_size) {
        std::uint64_t key = 0;
        std::uint64_t value = 0;
        std::memcpy(&key, entries + keys.key_at, sizeof key);
        std::memcpy(&value, entries + keys.value_at, sizeof value);
        if (key == 0 || value == 0) { continue; }
        if (key != value || interned_state(memory, RemoteAddr(key)) == kNotInterned) { return false; }
        ++filled;
    }
    return filled == kFewest;
}

}  // namespace

void References::of_object(RemoteAddr object, TypeId id, std::uint64_t size, ReferenceSink& sink) const {
    const Type& type = types_[id];
    sink.refers(type.address);
    attributes(object, type, sink);
    if (!of_container(object, type, size, sink)) { of_simple(object, type, size, sink); }
}

// False if it is none.
bool References::of_container(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const {
    switch (type.kind) {
        case Kind::kList:
            list(object, sink);
            extension(object, type, kListSize, sink);
            return true;
        case Kind::kTuple:
            tuple(object, type, size, sink);
            return true;
        case Kind::kDict:
            dict(object, sink);
            extension(object, type, kDictSize, sink);
            return true;
        case Kind::kSet:
            set(object, sink);
            extension(object, type, kSetSize, sink);
            return true;
        case Kind::kDeque:
            deque(object, sink);
            extension(object, type, kDequeSize, sink);
            return true;
        default:
            return false;
    }
}

void References::of_simple(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const {
    switch (type.kind) {
        case Kind::kStr:
            string(object, sink);
            return extension(object, type, layout_.unicode_size, sink);
        case Kind::kInt:
        case Kind::kBytes:
            // What a class adds lies behind the last digit or byte.
            if (!type.is_heap_type() || size <= kObjectHeader) { return; }
            return of_words(object + kObjectHeader, size - kObjectHeader, sink);
        case Kind::kFloat:
            return extension(object, type, kFloatSize, sink);
        case Kind::kByteArray:
            return bytearray(object, sink);
        case Kind::kWeakref:
            word(object + kWeakrefCallback, sink);
            return extension(object, type, kWeakrefSize, sink);
        case Kind::kFrame:
        case Kind::kGenerator:
            return frame(object, type, size, sink);
        case Kind::kType:
            return this->type(object, size, sink);
        default:
            return other(object, type, size, sink);
    }
}

void References::of_keys(RemoteAddr address, ReferenceSink& sink) const {
    const DictKeys keys = read_dict_keys(memory_, layout_, address);
    const std::byte* entries = keys.count == 0 ? nullptr : memory_.view(keys.entries, keys.count * keys.entry_size);
    if (entries == nullptr) { return; }
    const bool is_interned = is_interned_table(memory_, keys, entries);
    for (std::uint64_t index = 0; index < keys.count; ++index, entries += keys.entry_size) {
        std::uint64_t key = 0;
        std::uint64_t value = 0;
        std::memcpy(&key, entries + keys.key_at, sizeof key);
        if (!keys.split) { std::memcpy(&value, entries + keys.value_at, sizeof value); }
        if (key == 0 || (is_interned && interned_state(memory_, RemoteAddr(key)) == kMortal)) { continue; }
        sink.refers(RemoteAddr(key));
        if (value != 0) { sink.refers(RemoteAddr(value)); }
    }
}

void References::of_words(RemoteAddr begin, std::uint64_t size, ReferenceSink& sink) const {
    const std::byte* words = size / kPointer == 0 ? nullptr : memory_.view(begin, size / kPointer * kPointer);
    if (words == nullptr) { return; }
    for (std::uint64_t at = 0; at + kPointer <= size; at += kPointer) {
        std::uint64_t value = 0;
        std::memcpy(&value, words + at, sizeof value);
        if (value != 0) { sink.refers(layout_.reference(value)); }
    }
}

void References::word(RemoteAddr at, ReferenceSink& sink) const {
    const RemoteAddr value(memory_.word(at));
    if (!value.is_null()) { sink.refers(value); }
}

void References::extension(RemoteAddr object, const Type& type, std::uint64_t known, ReferenceSink& sink) const {
    for (std::uint64_t at = known; at + kPointer <= type.basic_size; at += kPointer) {
        if (static_cast<std::int64_t>(at) != type.weaklist_offset) { word(object + at, sink); }
    }
}

// In front of the object since 3.11: Objects/dictobject.c, Include/internal/pycore_object.h. 3.11 has two words, of
// which one is null; 3.12 one, whose low bit says "values"; from 3.13 on the values are part of the object.
void References::attributes(RemoteAddr object, const Type& type, ReferenceSink& sink) const {
    if (!layout_.at_least(11) || !type.has_managed_dict()) { return; }
    const RemoteAddr keys(memory_.word(type.address + layout_.ht_cached_keys));
    const std::uint64_t dictionary = memory_.word(object - kManagedDict);
    if (layout_.minor == 11) {
        values(RemoteAddr(memory_.word(object - kManagedValues)), keys, sink);
    } else if (layout_.minor == 12 && (dictionary & 1U) != 0) {
        return values(RemoteAddr(dictionary + 1), keys, sink);
    } else if (type.inline_values) {
        values(object + type.basic_size, keys, sink);
    }
    if ((dictionary & ~std::uint64_t{1}) != 0) { sink.refers(RemoteAddr(dictionary & ~std::uint64_t{1})); }
}

void References::values(RemoteAddr values, RemoteAddr keys, ReferenceSink& sink) const {
    if (values.is_null()) { return; }
    const SplitValues split = read_split_values(memory_, layout_, values, read_dict_keys(memory_, layout_, keys));
    split_values(split, sink);
}

void References::split_values(const SplitValues& split, ReferenceSink& sink) const {
    std::uint64_t bytes = split.count * kPointer;
    if (!split.block.is_null()) {
        const std::uint64_t front = split.values - split.block;
        const std::uint64_t owned = sink.owns(split.block, Owned::kKnown);
        bytes = std::min(bytes, owned - std::min(owned, front));
    }
    of_words(split.values, bytes, sink);
}

void References::bytearray(RemoteAddr object, ReferenceSink& sink) const {
    if (layout_.at_least(15)) { return word(object + kByteArrayObject, sink); }
    sink.owns(RemoteAddr(memory_.word(object + kByteArrayData)), Owned::kKnown);
}

void References::list(RemoteAddr object, ReferenceSink& sink) const {
    const RemoteAddr items(memory_.word(object + kListItems));
    const std::uint64_t count = memory_.word(object + kObSize);
    if (items.is_null()) { return; }
    const std::uint64_t owned = sink.owns(items, Owned::kKnown);
    if (count < kMostItems) { of_words(items, std::min(count * kPointer, owned), sink); }
}

void References::tuple(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const {
    const std::uint64_t count = memory_.word(object + kObSize);
    if (count > kMostItems || layout_.tuple_items > size) { return; }
    const std::uint64_t end = std::min(layout_.tuple_items + count * kPointer, size);
    of_words(object + layout_.tuple_items, end - layout_.tuple_items, sink);
    if (size > end && (type.dict_offset < 0 || type.is_heap_type())) { of_words(object + end, size - end, sink); }
}

void References::dict(RemoteAddr object, ReferenceSink& sink) const {
    const RemoteAddr keys(memory_.word(object + kDictKeys));
    sink.owns(keys, Owned::kKeys);
    const RemoteAddr apart(memory_.word(object + kDictValues));
    if (apart.is_null()) { return; }
    const SplitValues split = read_split_values(memory_, layout_, apart, read_dict_keys(memory_, layout_, keys));
    if (!split.block.is_null()) { split_values(split, sink); }  // else the object has said them
}

void References::set(RemoteAddr object, ReferenceSink& sink) const {
    const RemoteAddr table(memory_.word(object + kSetTable));
    const std::uint64_t mask = memory_.word(object + kSetMask);
    constexpr std::uint64_t kSmallTableBytes = 8 * kSetEntry;
    const bool is_small = table == object + kSetSmallTable;
    const std::uint64_t owned = is_small ? kSmallTableBytes : sink.owns(table, Owned::kKnown);
    const std::uint64_t size = mask < kMostItems ? std::min((mask + 1) * kSetEntry, owned) : 0;
    const std::byte* entries = size > 0 ? memory_.view(table, size) : nullptr;
    for (std::uint64_t at = 0; entries != nullptr && at + kSetEntry <= size; at += kSetEntry) {
        std::uint64_t key = 0;
        std::memcpy(&key, entries + at, sizeof key);
        if (key != 0) { sink.refers(RemoteAddr(key)); }
    }
}

void References::deque(RemoteAddr object, ReferenceSink& sink) const {
    for_each_deque_block(memory_, object, [&](const DequeBlock& block) {
        if (sink.owns(block.address, Owned::kKnown) == 0) { return false; }
        of_words(block.items, block.count * kPointer, sink);
        return true;
    });
}

// Include/cpython/unicodeobject.h: the UTF-8 form of those that are not ASCII, and the characters of those that are not
// compact, are blocks of their own.
void References::string(RemoteAddr object, ReferenceSink& sink) const {
    const StrState state = str_state(memory_.get<std::uint32_t>(object + kStrState).value_or(0));
    if (!(state.compact && state.ascii)) {
        sink.owns(RemoteAddr(memory_.word(object + layout_.ascii_size + 8)), Owned::kKnown);
    }
    if (!state.compact) { sink.owns(RemoteAddr(memory_.word(object + layout_.compact_size)), Owned::kKnown); }
}

void References::type(RemoteAddr object, std::uint64_t size, ReferenceSink& sink) const {
    for (const std::uint64_t field : kTypeFields) { word(object + field, sink); }
    word(object + kTypeSubclasses, sink);  // a dictionary, or a number (static types from 3.12 on)
    const TypeId id = types_.find(object);
    if (id == kNoType || !types_[id].is_heap_type()) { return; }
    for (std::uint64_t field = 0; field < 3; ++field) { word(object + layout_.ht_name + field * kPointer, sink); }
    if (layout_.ht_module != 0) { word(object + layout_.ht_module, sink); }
    sink.owns(RemoteAddr(memory_.word(object + layout_.ht_cached_keys)), Owned::kKeys);
    sink.owns(RemoteAddr(memory_.word(object + kTypeName)), Owned::kKnown);
    // What a metaclass adds, and slots, which are no references.
    const std::uint64_t known = types_.type_of_types().basic_size;
    if (size > known) { of_words(object + known, size - known, sink); }
}

// A generator of 3.8 to 3.10 has its frame as an object.
void References::frame(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const {
    const FrameReferences frames(memory_, layout_);
    const auto word = [&sink](RemoteAddr to) {
        if (!to.is_null()) { sink.refers(to); }
    };
    if (type.kind == Kind::kFrame) { return frames.of_frame_object(object, size, word); }
    if (!layout_.at_least(11)) { return other(object, type, size, sink); }
    const auto weaklist = static_cast<std::uint64_t>(std::max<std::int64_t>(type.weaklist_offset, kObjectHeader));
    frames.of_generator(object, size, std::min<std::uint64_t>(weaklist, layout_.generator_frame),
                        type.name != "generator", word);
}

void References::other(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const {
    const std::uint64_t end = type.inline_values ? std::min<std::uint64_t>(type.basic_size, size) : size;
    const std::uint64_t weak = type.weaklist_offset > 0 ? static_cast<std::uint64_t>(type.weaklist_offset) : end;
    if (end <= kObjectHeader) { return; }
    of_words(object + kObjectHeader, std::min(weak, end) - std::min(kObjectHeader, weak), sink);
    if (weak + kPointer < end) { of_words(object + weak + kPointer, end - weak - kPointer, sink); }
}

}  // namespace memray::heap
