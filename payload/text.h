// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the payload needs of <cstring>.
#pragma once

#include <cstddef>

namespace memray::payload {

inline bool same_text(const char* left, const char* right) noexcept {
    while (*left != '\0' && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

inline bool contains_text(const char* text, const char* part) noexcept {
    for (; *text != '\0'; ++text) {
        std::size_t i = 0;
        while (part[i] != '\0' && text[i] == part[i]) { ++i; }
        if (part[i] == '\0') { return true; }
    }
    return false;
}

// False, and nothing copied, if there is no room for it.
template <std::size_t Size>
bool copy_text(const char* from, char (&to)[Size]) noexcept {
    std::size_t length = 0;
    while (from[length] != '\0') { ++length; }
    if (length >= Size) { return false; }
    for (std::size_t i = 0; i <= length; ++i) { to[i] = from[i]; }
    return true;
}

}  // namespace memray::payload
