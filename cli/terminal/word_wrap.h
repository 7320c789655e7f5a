// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Text in lines that are no longer than a terminal is wide.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memray::terminal {

// Breaks between words; a word that is longer than `width` has a line of its own. White space in the text is where
// words end, and nothing else; what brackets hold ("[-o OUTPUT]") is one word, up to each " | ".
[[nodiscard]] std::string word_wrapped(std::string_view text, std::size_t width);

}  // namespace memray::terminal
