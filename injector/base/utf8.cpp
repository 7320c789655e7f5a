// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/utf8.h"

#include <array>

namespace memray::base {
namespace {

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) { return 1; }
    if (lead >= 0xc2 && lead < 0xe0) { return 2; }
    if (lead >= 0xe0 && lead < 0xf0) { return 3; }
    if (lead >= 0xf0 && lead < 0xf5) { return 4; }
    return 0;
}

bool is_overlong_or_invalid(char32_t code, std::size_t bytes) {
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    return code < kSmallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
}

}  // namespace

Character first_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = sequence_length(lead);
    if (bytes == 0 || bytes > text.size()) { return {}; }
    if (bytes == 1) { return {lead, 1}; }
    auto code = static_cast<char32_t>(lead & (0x7fU >> bytes));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80U) { return {}; }
        code = (code << 6U) | (next & 0x3fU);
    }
    if (is_overlong_or_invalid(code, bytes)) { return {}; }
    return {code, bytes};
}

bool valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t bytes = first_character(text).bytes;
        if (bytes == 0) { return false; }
        text.remove_prefix(bytes);
    }
    return true;
}

}  // namespace memray::base
