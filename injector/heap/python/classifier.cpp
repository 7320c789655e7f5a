// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/classifier.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "injector/heap/python/debug_block.h"
#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kAlignment = 16;
constexpr std::uint64_t kDigitSize = 4;
constexpr std::uint64_t kMostReferences = 400'000'000;
constexpr std::uint64_t kLooseness = 64;
// Of a large block no more is looked at: a type's basic size, and the first byte behind it.
constexpr std::size_t kWindow = (std::size_t{1} << 16U) + 64;
constexpr std::array<std::uint32_t, 3> kFronts{0, 16, 32};

std::uint64_t aligned_up(std::uint64_t size) { return (size + kAlignment - 1) & ~(kAlignment - 1); }

enum class Life { kNone, kFree, kAlive };

// Include/refcount.h, Include/object.h: 64 bits up to 3.11; from 3.12 on the low 32, which may say "immortal", and from
// 3.14 on 16 of flags at the top. What is on a free list has no references up to 3.13, and a link to the next there in
// later versions, which is an address or zero.
Life life_of(std::uint64_t references, unsigned minor) {
    constexpr std::uint64_t kImmortal = std::uint64_t{1} << 31U;
    if (references == 0) { return Life::kFree; }
    if (minor < 12) { return references <= kMostReferences ? Life::kAlive : Life::kNone; }
    if (minor >= 14) {
        if (((references >> 32U) & 0xffffU) != 0) { return Life::kFree; }
        references &= 0xffff'ffffU;
    }
    if (references >> 32U != 0) { return Life::kNone; }
    if (references == 0) { return Life::kFree; }
    return references <= kMostReferences || references >= kImmortal ? Life::kAlive : Life::kNone;
}

// Objects that are part of a program start with more references than anybody can give back.
bool is_static_life(std::uint64_t references, unsigned minor) {
    constexpr std::uint64_t kMostStatic = std::uint64_t{1} << 40U;
    if (minor < 12) { return references > 0 && references < kMostStatic; }
    return life_of(references, minor) == Life::kAlive;
}

// Links of the garbage collector: none, or addresses of other heads, with flags in the low bits.
bool is_plausible_gc_head(std::uint64_t next, std::uint64_t previous) {
    const auto is_address = [](std::uint64_t word) { return word >> 47U == 0; };
    if (next == 0) { return true; }
    return is_address(next) && (next & ~3ULL) % 8 == 0 && is_address(previous);
}

}  // namespace

// Some of the first bytes of something.
struct Classifier::Bytes {
    const std::byte* data;
    std::uint64_t size;  // of which so many can be looked at

    template <typename T>
    [[nodiscard]] T at(std::size_t offset) const {
        T value{};
        if (offset + sizeof(T) <= size) { std::memcpy(&value, data + offset, sizeof(T)); }
        return value;
    }
    [[nodiscard]] Bytes behind(std::size_t offset) const { return {data + offset, size - offset}; }
};

Classified Classifier::classify(const Block& block) {
    Classified found{block};
    const std::size_t window = std::min<std::uint64_t>(block.size, kWindow);
    const std::byte* data = memory_.view(block.address, window);
    if (data == nullptr) { return found; }
    found.block = without_debug_header(block, data, window);
    const Bytes bytes = Bytes{data, window}.behind(found.block.address - block.address);
    for (const std::uint32_t front : kFronts) {
        if (front + kObjectHeader > found.block.size || front + kObjectHeader > bytes.size) { break; }
        if (try_object(bytes, front, found)) { break; }
    }
    return found;
}

bool Classifier::try_object(const Bytes& bytes, std::uint32_t front, Classified& found) {
    const Bytes object = bytes.behind(front);
    const Life life = life_of(object.at<std::uint64_t>(0), layout_.minor);
    const auto type_word = object.at<std::uint64_t>(kObType);
    if (life == Life::kNone || type_word < 4096 || type_word >> 47U != 0) { return false; }
    const TypeId id = types_.find(RemoteAddr(type_word));
    if (id == kNoType) { return false; }
    const Type& type = types_[id];
    if (type.pre_header != front) { return false; }
    if (type.has_gc() &&
        !is_plausible_gc_head(bytes.at<std::uint64_t>(front - 16), bytes.at<std::uint64_t>(front - 8))) {
        return false;
    }
    const Block rest{found.block.address + front, found.block.size - front, found.block.origin};
    if (!fits(object, type, rest)) { return false; }
    found.type = id;
    found.front = front;
    found.free = life == Life::kFree;
    return true;
}

std::uint64_t Classifier::string_size(const Bytes& object, const Type& type) const {
    const auto length = object.at<std::uint64_t>(kObSize);
    const auto [interned, kind, compact, ascii] = str_state(object.at<std::uint32_t>(kStrState));
    if (length > kMostItems || (kind != 0 && kind != 1 && kind != 2 && kind != 4)) { return ~std::uint64_t{0}; }
    if (type.basic_size > layout_.unicode_size || !compact) {
        return std::max<std::uint64_t>(type.basic_size, layout_.unicode_size);
    }
    return ascii ? layout_.ascii_size + length + 1 : layout_.compact_size + (length + 1) * kind;
}

std::uint64_t Classifier::integer_size(const Bytes& object, const Type& type) const {
    const auto word = object.at<std::uint64_t>(kObSize);
    const std::uint64_t digits = layout_.at_least(12) ? word >> 3U : magnitude(word);
    if (digits > kMostItems) { return ~std::uint64_t{0}; }
    return std::max<std::uint64_t>(type.basic_size, kDigits) + kDigitSize * std::max<std::uint64_t>(digits, 1);
}

// `block` is what there is from the object on.
bool Classifier::fits(const Bytes& object, const Type& type, const Block& block) const {
    std::uint64_t size = type.basic_size;
    bool exact = true;  // a block of pymalloc has the size class of what was asked for
    switch (type.kind) {
        case Kind::kStr:
            size = string_size(object, type);
            break;
        case Kind::kInt:
            size = integer_size(object, type);
            exact = type.dict_offset == 0;
            break;
        case Kind::kDateTime:
            size -= std::min<std::uint64_t>(size, 8);
            exact = false;
            break;
        case Kind::kGenerator:  // with their frame
        case Kind::kFrame:
        case Kind::kCode:
            return size <= block.size + kAlignment;
        default:
            if (type.item_size > 0) {
                const std::uint64_t items = magnitude(object.at<std::uint64_t>(kObSize));
                if (items > kMostItems) { return false; }
                size += items * type.item_size;
                exact = false;  // ob_size is not the number of items everywhere
            }
    }
    if (type.inline_values) {
        const std::uint64_t capacity = object.at<std::uint8_t>(type.basic_size);
        size += ((capacity + 7) & ~std::uint64_t{7}) + 8 * (capacity + 1);
    }
    if (size > block.size) { return false; }
    if (!exact || block.origin != BlockOrigin::kPymalloc) { return true; }
    return aligned_up(size) + kLooseness >= block.size;
}

TypeId Classifier::classify_static(RemoteAddr address) {
    if (address.value() % 8 != 0) { return kNoType; }
    const Range* range = memory_.range_at(address);
    if (range == nullptr || !range->writable) { return kNoType; }
    const auto words = memory_.get<std::array<std::uint64_t, 2>>(address);
    if (!words || !is_static_life((*words)[0], layout_.minor)) { return kNoType; }
    return types_.find(RemoteAddr((*words)[1]));
}

}  // namespace memray::heap
