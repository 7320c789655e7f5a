// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of a screen: text, and how it looks. What looks mean is decided by the views.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace memray::terminal {

// Of the letters; the background is always the terminal's own, so that light and dark ones are both legible.
enum class Colour : std::uint8_t { kDefault, kRed, kGreen, kYellow, kBlue, kMagenta, kCyan };

struct Look {
    Colour colour{Colour::kDefault};
    bool bold{false};
    bool dim{false};
    bool underlined{false};
    bool reversed{false};

    friend bool operator==(const Look&, const Look&) = default;
};

struct Span {
    std::string text;  // printable UTF-8
    Look look;
};

struct Line {
    std::vector<Span> spans;
    Look fill;             // of the rest of the width
    bool selected{false};  // all of it is reversed, over the whole width

    Line() = default;
    Line(std::string text, Look look) : spans{{std::move(text), look}} {}
    Line& add(std::string text, Look look = {}) {
        spans.push_back({std::move(text), look});
        return *this;
    }
};

}  // namespace memray::terminal
