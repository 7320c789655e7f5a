// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/type_table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "injector/base/error.h"
#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

// PyTypeObject, the same in 3.8 to 3.15 with the GIL (Include/cpython/object.h).
struct TypeObject {
    std::uint64_t references;
    std::uint64_t type;
    std::uint64_t size;
    std::uint64_t name;
    std::int64_t basic_size;
    std::int64_t item_size;
    std::array<std::uint64_t, 15> slots;
    std::uint64_t flags;  // at 168
    std::array<std::uint64_t, 4> more_slots;
    std::int64_t weaklist_offset;  // at 208
    std::array<std::uint64_t, 5> yet_more_slots;
    std::uint64_t base;  // at 256
    std::uint64_t dict;
    std::array<std::uint64_t, 2> descriptors;
    std::int64_t dict_offset;  // at 288
};
static_assert(offsetof(TypeObject, flags) == 168 && offsetof(TypeObject, weaklist_offset) == 208 &&
              offsetof(TypeObject, base) == 256 && offsetof(TypeObject, dict_offset) == 288);

// Include/object.h, Py_TPFLAGS_*.
constexpr std::uint64_t kInlineValues = 1U << 2U;
constexpr std::uint64_t kHasManagedWeakref = 1U << 3U;
constexpr std::uint64_t kHasManagedDict = 1U << 4U;
constexpr std::uint64_t kReady = 1U << 12U;
constexpr std::uint64_t kHaveGc = 1U << 14U;
constexpr std::uint64_t kTypeSubclass = 1U << 31U;
constexpr std::array<std::pair<std::uint64_t, Kind>, 8> kKindsByFlag{{
    {1U << 24U, Kind::kInt},
    {1U << 25U, Kind::kList},
    {1U << 26U, Kind::kTuple},
    {1U << 27U, Kind::kBytes},
    {1U << 28U, Kind::kStr},
    {1U << 29U, Kind::kDict},
    {1U << 30U, Kind::kException},
    {kTypeSubclass, Kind::kType},
}};
constexpr std::array<std::pair<std::string_view, Kind>, 17> kWellKnown{{
    {"PySet_Type", Kind::kSet},
    {"PyFrozenSet_Type", Kind::kSet},
    {"PyFrozenDict_Type", Kind::kDict},
    {"PyFloat_Type", Kind::kFloat},
    {"PyByteArray_Type", Kind::kByteArray},
    {"PyModule_Type", Kind::kModule},
    {"PyFunction_Type", Kind::kFunction},
    {"PyCell_Type", Kind::kCell},
    {"PyMethod_Type", Kind::kMethod},
    {"PyCode_Type", Kind::kCode},
    {"PyFrame_Type", Kind::kFrame},
    {"PyGen_Type", Kind::kGenerator},
    {"PyCoro_Type", Kind::kGenerator},
    {"PyAsyncGen_Type", Kind::kGenerator},
    {"PyTraceBack_Type", Kind::kTraceback},
    {"_PyWeakref_RefType", Kind::kWeakref},
    {"_PyWeakref_ProxyType", Kind::kWeakref},
}};

constexpr std::int64_t kSmallestObject = 16;
constexpr std::int64_t kLargestBasicSize = 1 << 16;
constexpr std::int64_t kLargestItemSize = 4096;
constexpr unsigned kDeepestMetaclass = 8;
constexpr unsigned kMostBases = 64;
constexpr std::size_t kMostTypes = 1U << 23U;
constexpr std::size_t kRecent = std::size_t{1} << 16U;
constexpr std::uint64_t kGcHead = 16;        // PyGC_Head
constexpr std::uint64_t kManagedWords = 16;  // the managed dictionary or values, and weak references

bool is_printable(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char letter) { return static_cast<unsigned char>(letter) >= ' '; });
}

bool has_sane_sizes(const TypeObject& object) {
    return object.basic_size >= kSmallestObject && object.basic_size <= kLargestBasicSize && object.item_size >= 0 &&
           object.item_size <= kLargestItemSize;
}

}  // namespace

TypeTable::TypeTable(const Memory& memory, const Runtime& runtime)
    : memory_(memory), runtime_(runtime), types_(1), recent_(kRecent) {
    for (const auto& [symbol, kind] : kWellKnown) {
        if (const auto address = runtime.modules.find(symbol)) { well_known_.emplace(address->value(), kind); }
    }
    if (find(runtime.type_type) != 1) { throw base::Error("The types of this CPython make no sense"); }
}

TypeId TypeTable::look_up(RemoteAddr address) {
    if (address.value() % 8 != 0) { return kNoType; }
    if (const auto found = ids_.find(address.value()); found != ids_.end()) { return found->second; }
    const Range* range = memory_.range_at(address);
    if (range == nullptr || !range->writable || types_.size() >= kMostTypes) { return kNoType; }
    return read(address);
}

// What is no type is not remembered but for a while: it would be as many addresses as there are words.
TypeId TypeTable::read(RemoteAddr address) {
    const auto object = memory_.get<TypeObject>(address);
    if (!object || (object->flags & kReady) == 0 || !has_sane_sizes(*object)) { return kNoType; }
    if (!is_of_a_metaclass(address, RemoteAddr(object->type))) { return kNoType; }
    auto name = memory_.text(RemoteAddr(object->name), kLongestName);
    if (!name || !is_printable(*name)) { return kNoType; }
    Type type;
    type.address = address;
    type.name = std::move(*name);
    type.flags = object->flags;
    type.basic_size = static_cast<std::uint32_t>(object->basic_size);
    type.item_size = static_cast<std::uint32_t>(object->item_size);
    type.dict_offset = object->dict_offset;
    type.weaklist_offset = object->weaklist_offset;
    type.pre_header = pre_header_of(object->flags);
    type.inline_values = runtime_.layout->at_least(13) && (object->flags & kInlineValues) != 0;
    type.kind = kind_of(type);
    const auto id = static_cast<TypeId>(types_.size());
    types_.push_back(std::move(type));
    ids_.emplace(address.value(), id);
    return id;
}

bool TypeTable::is_of_a_metaclass(RemoteAddr address, RemoteAddr metaclass) {
    if (metaclass == runtime_.type_type) { return true; }
    if (metaclass == address || depth_ == kDeepestMetaclass) { return false; }
    ++depth_;
    const TypeId id = look_up(metaclass);
    --depth_;
    return id != kNoType && (types_[id].flags & kTypeSubclass) != 0;
}

Kind TypeTable::kind_of(const Type& type) {
    for (const auto& [flag, kind] : kKindsByFlag) {
        if ((type.flags & flag) != 0) { return kind; }
    }
    RemoteAddr base = type.address;
    for (unsigned count = 0; count < kMostBases && !base.is_null(); ++count) {
        if (const auto known = well_known_.find(base.value()); known != well_known_.end()) { return known->second; }
        const auto object = memory_.get<TypeObject>(base);
        if (!object) { break; }
        const auto name = memory_.text(RemoteAddr(object->name), kLongestName);
        if (name == "collections.deque") { return Kind::kDeque; }  // not exported, like those of modules in C
        if (name == "datetime.datetime" || name == "datetime.time") { return Kind::kDateTime; }
        base = RemoteAddr(object->base);
    }
    return Kind::kOther;
}

// Include/internal/pycore_object.h, _PyType_PreHeaderSize; 3.11: Objects/typeobject.c, PyType_GenericAlloc.
std::uint32_t TypeTable::pre_header_of(std::uint64_t flags) const {
    std::uint64_t size = (flags & kHaveGc) != 0 ? kGcHead : 0;
    const std::uint64_t managed = runtime_.layout->at_least(12)  ? kHasManagedDict | kHasManagedWeakref
                                  : runtime_.layout->minor == 11 ? kHasManagedDict
                                                                 : 0;
    if ((flags & managed) != 0) { size += kManagedWords; }
    return static_cast<std::uint32_t>(size);
}

}  // namespace memray::heap
