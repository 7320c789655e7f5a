// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/wide_text.h"

#include <cstdint>
#include <cstring>

namespace memray::base {
namespace {

char byte(std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); }

void append(std::string& text, std::uint32_t point) {
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) { point = 0xfffd; }
    if (point < 0x80) {
        text += byte(point);
        return;
    }
    if (point < 0x800) {
        text += byte(0xc0U | point >> 6U);
    } else {
        if (point < 0x10000) {
            text += byte(0xe0U | point >> 12U);
        } else {
            text += byte(0xf0U | point >> 18U);
            text += byte(0x80U | (point >> 12U & 0x3fU));
        }
        text += byte(0x80U | (point >> 6U & 0x3fU));
    }
    text += byte(0x80U | (point & 0x3fU));
}

}  // namespace

std::string to_utf8(std::string_view bytes, unsigned width) {
    std::string text;
    if (width != 1 && width != 2 && width != 4) { return text; }
    text.reserve(bytes.size());
    for (std::size_t at = 0; at + width <= bytes.size(); at += width) {
        std::uint32_t point = 0;  // little-endian, like the target
        std::memcpy(&point, bytes.data() + at, width);
        append(text, point);
    }
    return text;
}

}  // namespace memray::base
