// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What an object refers to. Exact for the built-in containers, instances and what Python itself is made of: the
// references that its reference counts count, and no others (a list's slack holds stale ones, weak ones are not
// counted). Of types in C whose insides nobody knows each word that is the address of an object is taken for a
// reference.
#pragma once

#include <cstdint>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/dict_items.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {

// What is in a block of memory that belongs to an object.
enum class Owned : std::uint8_t {
    kKnown,  // nothing but what the object was said to refer to, or no references at all
    kKeys,   // a dictionary's keys, which other dictionaries may share
};

class ReferenceSink {
public:
    virtual ~ReferenceSink() = default;
    // `to` is not null, and may be anything.
    virtual void refers(RemoteAddr to) = 0;
    // How many bytes of the block at that address may be looked at for references: those that are there, and none if
    // another object has said that it is its own.
    virtual std::uint64_t owns(RemoteAddr block, Owned what) = 0;
};

class References {
public:
    References(const Memory& memory, const Runtime& runtime, TypeTable& types)
        : memory_(memory), layout_(*runtime.layout), types_(types) {}

    // `size` bytes from the object on are its own. Its type is reported like any other reference.
    void of_object(RemoteAddr object, TypeId type, std::uint64_t size, ReferenceSink& sink) const;
    // Of a block that is Owned::kKeys.
    void of_keys(RemoteAddr keys, ReferenceSink& sink) const;
    // Of memory of which nothing is known.
    void of_words(RemoteAddr begin, std::uint64_t size, ReferenceSink& sink) const;

private:
    bool of_container(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const;
    void of_simple(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const;
    void attributes(RemoteAddr object, const Type& type, ReferenceSink& sink) const;
    void values(RemoteAddr values, RemoteAddr keys, ReferenceSink& sink) const;
    void split_values(const SplitValues& split, ReferenceSink& sink) const;
    void bytearray(RemoteAddr object, ReferenceSink& sink) const;
    void list(RemoteAddr object, ReferenceSink& sink) const;
    void tuple(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const;
    void dict(RemoteAddr object, ReferenceSink& sink) const;
    void set(RemoteAddr object, ReferenceSink& sink) const;
    void deque(RemoteAddr object, ReferenceSink& sink) const;
    void string(RemoteAddr object, ReferenceSink& sink) const;
    void type(RemoteAddr object, std::uint64_t size, ReferenceSink& sink) const;
    void frame(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const;
    void other(RemoteAddr object, const Type& type, std::uint64_t size, ReferenceSink& sink) const;
    // What a class adds behind what its base in C has: from `known` on to the end of its basic size.
    void extension(RemoteAddr object, const Type& type, std::uint64_t known, ReferenceSink& sink) const;
    void word(RemoteAddr at, ReferenceSink& sink) const;

    const Memory& memory_;
    const HeapLayout& layout_;
    TypeTable& types_;
};

}  // namespace memray::heap
