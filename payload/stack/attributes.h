// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An object's own attribute, read from memory: none of Python's code runs. Only for a caller that has the GIL, so that
// nothing of what is read can change or go away; at an allocation inside a change of the very dict that is read, what
// it says is still what it said before, or already what it says after (Objects/dictobject.c, 3.8 to 3.13).
//
// In a free-threaded build, for a caller whose thread state is attached: another thread may change the attribute, and
// the value may be dead. Its memory can be read until the caller's thread passes a point between two instructions
// (pages of objects are freed by QSBR: Python/pystate.c, tstate_mimalloc_bind, 3.13), but may be another object's by
// then.
#pragma once

#include <cstdint>

#include "payload/wire/python_layout.h"

namespace memray::payload {

struct AttributeName {
    const char* text;  // ASCII
    std::uint32_t size;
    std::uint64_t string_type;  // address of str
};

// The value, a borrowed reference; 0 if there is none, or if it is a matter of more than this looks at (a class's
// attribute, a property, more than some hundred attributes).
[[nodiscard]] std::uint64_t own_attribute(const wire::PythonLayout& layout, std::uint64_t object,
                                          const AttributeName& name) noexcept;

// Whether a string, compact in all versions, is this text.
[[nodiscard]] bool is_text(const wire::PythonLayout& layout, std::uint64_t string, const char* text,
                           std::uint32_t size) noexcept;

}  // namespace memray::payload
