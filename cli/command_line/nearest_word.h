// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What somebody who mistyped a word probably meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace memray::cli {

// The candidate that differs from `word` by the fewest letters missing, added, wrong or swapped with the next; nothing
// if all differ by more than a third of the word.
[[nodiscard]] std::optional<std::string> nearest_word(const std::string& word,
                                                      const std::vector<std::string>& candidates);

}  // namespace memray::cli
