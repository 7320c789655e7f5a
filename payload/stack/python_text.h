// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Strings of Python as they lie in memory (PEP 393), and how they get into a ring.
#pragma once

#include <cstdint>

#include "payload/wire/python_layout.h"
#include "payload/wire/ring_writer.h"

namespace memray::payload {

struct PythonText {
    const unsigned char* data{nullptr};
    std::uint32_t size{0};  // bytes
    std::uint8_t width{1};  // of a character
};

// Of a string that stays as it is meanwhile. All names are compact strings in every version; anything else, and what is
// longer than a million characters, is empty.
[[nodiscard]] PythonText text_of(const wire::PythonLayout& layout, std::uint64_t string) noexcept;

// kBytes records. False if the recording has ended.
bool send_text(wire::RingWriter& writer, const PythonText& text) noexcept;

}  // namespace memray::payload
