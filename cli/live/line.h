// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of the screen before they are drawn: text in columns, with what it means instead of how it looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace memray::live {

enum class Style : std::uint8_t {
    kPlain,
    kLabel,
    kFaint,
    kBar,      // title and keys, over the whole width
    kBarKey,   // a key in it
    kHeading,  // of a column
    kSorted,   // of the column that rows are sorted by
    kSection,  // callers, callees
    kSmall,    // shares of the heap
    kMedium,
    kLarge,
    kHuge,
    kHeapGraph,
    kRssGraph,
    kNotice,
    kWarning,
    kFailure,
};

struct Span {
    std::string text;  // printable
    Style style{Style::kPlain};
};

struct Line {
    std::vector<Span> spans;
    Style fill{Style::kPlain};  // of the rest of the width
    bool selected{false};

    Line() = default;
    Line(std::string text, Style style) : spans{{std::move(text), style}} {}
    Line& add(std::string text, Style style = Style::kPlain) {
        spans.push_back({std::move(text), style});
        return *this;
    }
    [[nodiscard]] std::size_t width() const;
    // Spaces up to a column; nothing if it is there already.
    Line& pad(std::size_t column);
};

}  // namespace memray::live
