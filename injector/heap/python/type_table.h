// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The types of a process, found by the objects that name them (ob_type), and numbered.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/runtime.h"

namespace memray::heap {

// What is known about the insides of a type's instances, those of types that inherit from it included.
enum class Kind : std::uint8_t {
    kOther,
    kStr,
    kInt,
    kFloat,
    kBytes,
    kByteArray,
    kList,
    kTuple,
    kDict,
    kSet,  // frozenset, too
    kType,
    kModule,
    kFunction,
    kCell,
    kMethod,
    kCode,
    kFrame,
    kGenerator,  // coroutines and asynchronous generators, too
    kWeakref,
    kDeque,
    kException,
    kTraceback,
    kDateTime,  // of date and time; shorter than its type says if it has no time zone
};

using TypeId = std::uint32_t;
inline constexpr TypeId kNoType = 0;  // of memory that is no object

struct Type {
    RemoteAddr address;
    std::string name;  // tp_name: "module.name" of types in C, the name alone of classes
    std::uint64_t flags{0};
    std::uint32_t basic_size{0};
    std::uint32_t item_size{0};
    std::int64_t dict_offset{0};
    std::int64_t weaklist_offset{0};
    std::uint32_t pre_header{0};  // bytes in front of an object: links of the garbage collector, and more
    Kind kind{Kind::kOther};
    bool inline_values{false};  // attributes behind the object itself (3.13 and later)

    // In words that CPython has for flags (Include/object.h).
    [[nodiscard]] bool is_heap_type() const noexcept { return (flags & (1U << 9U)) != 0; }
    [[nodiscard]] bool has_gc() const noexcept { return (flags & (1U << 14U)) != 0; }
    [[nodiscard]] bool has_managed_dict() const noexcept { return (flags & (1U << 4U)) != 0; }
};

class TypeTable {
public:
    TypeTable(const Memory& memory, const Runtime& runtime);

    // The number of the type at `address`; kNoType if there is none. What was found is remembered.
    TypeId find(RemoteAddr address) {
        const std::uint64_t hash = (address.value() >> 3U) * 0x9e37'79b9'7f4a'7c15ULL >> 48U;
        Recent& recent = recent_[hash];
        if (recent.address != address.value()) { recent = {address.value(), look_up(address)}; }
        return recent.type;
    }
    // The same of those that were found before.
    [[nodiscard]] TypeId known(RemoteAddr address) const {
        const auto found = ids_.find(address.value());
        return found == ids_.end() ? kNoType : found->second;
    }
    // Good as long as the table.
    [[nodiscard]] const Type& operator[](TypeId type) const { return types_[type]; }
    [[nodiscard]] const Type& type_of_types() const noexcept { return types_[1]; }
    // Of which there is number 0, which is none.
    [[nodiscard]] std::size_t size() const noexcept { return types_.size(); }

private:
    struct Recent {
        std::uint64_t address{0};
        TypeId type{kNoType};
    };

    TypeId look_up(RemoteAddr address);
    TypeId read(RemoteAddr address);
    [[nodiscard]] bool is_of_a_metaclass(RemoteAddr address, RemoteAddr metaclass);
    [[nodiscard]] Kind kind_of(const Type& type);
    [[nodiscard]] std::uint32_t pre_header_of(std::uint64_t flags) const;

    const Memory& memory_;
    const Runtime& runtime_;
    std::deque<Type> types_;                              // good where they are while others are found
    std::unordered_map<std::uint64_t, TypeId> ids_;       // by address
    std::unordered_map<std::uint64_t, Kind> well_known_;  // by the address of the type
    std::vector<Recent> recent_;                          // most questions are about a type that was asked for before
    unsigned depth_{0};
};

}  // namespace memray::heap
