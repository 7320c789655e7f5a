// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/text.h"

#include <cstdint>
#include <cstring>

namespace memray::collector {
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

// Bytes of the first character, 0 if it is not valid.
std::size_t sequence_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) { return 1; }
    const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() < length) { return 0; }
    std::uint32_t point = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80U) { return 0; }
        point = point << 6U | (next & 0x3fU);
    }
    const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    return point >= least && point <= 0x10ffff && !surrogate ? length : 0;
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

bool valid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const std::size_t length = sequence_length(rest);
        if (length == 0) { return false; }
        at += length;
    }
    return true;
}

}  // namespace memray::collector
