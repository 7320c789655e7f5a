// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How objects and their allocator lie in the memory of one minor version of CPython with the GIL, x86-64: offsets and
// sizes in bytes. What all versions have in common stands as constants at those who read it.
#pragma once

#include <cstdint>

#include "injector/base/remote_addr.h"

namespace memray::heap {

using base::RemoteAddr;

// Where the state of pymalloc is (Objects/obmalloc.c; from 3.12 on Include/internal/pycore_obmalloc.h).
enum class ArenasPlace : std::uint8_t {
    kStatic,       // a static variable, of which no name is exported
    kInterpreter,  // inside PyInterpreterState
    kBehind,       // PyInterpreterState points to it
};

struct HeapLayout {
    unsigned minor;  // of 3.x

    // _PyRuntimeState and PyInterpreterState (Include/internal/pycore_runtime.h, pycore_interp.h).
    std::uint32_t interpreters_head;
    std::uint32_t interpreter_next;
    std::uint32_t interpreter_size;

    // Objects/obmalloc.c: ARENA_SIZE, POOL_SIZE.
    std::uint32_t arena_size;
    std::uint32_t pool_size;
    ArenasPlace arenas_place;
    std::uint32_t obmalloc;  // in PyInterpreterState

    // PyTypeObject and PyHeapTypeObject (Include/cpython/object.h).
    std::uint32_t ht_cached_keys;
    std::uint32_t ht_name;    // then ht_slots and ht_qualname
    std::uint32_t ht_module;  // 0: there is none

    // Include/cpython/unicodeobject.h: sizes of PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject.
    std::uint32_t ascii_size;
    std::uint32_t compact_size;
    std::uint32_t unicode_size;

    std::uint32_t tuple_items;  // PyTupleObject.ob_item
    std::uint32_t type_size;    // PyTypeObject, of static types

    // The frame in a generator, 3.11 and later, and the slots of a frame (Include/internal/pycore_frame.h); before,
    // those of a PyFrameObject (f_localsplus).
    std::uint32_t generator_frame;
    std::uint32_t frame_locals;

    // The address in a word that refers to an object: from 3.14 on the low bits of some are tags.
    [[nodiscard]] RemoteAddr reference(std::uint64_t word) const noexcept {
        return RemoteAddr(at_least(14) ? word & ~std::uint64_t{3} : word);
    }
    [[nodiscard]] bool at_least(unsigned wanted) const noexcept { return minor >= wanted; }
};

// Null for versions that nobody has looked at.
[[nodiscard]] const HeapLayout* heap_layout(unsigned minor);

}  // namespace memray::heap
