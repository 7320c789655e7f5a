// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The HTML reports as they were built from cli/web/src, without data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace memray::web {

[[nodiscard]] std::string_view flamegraph_template() noexcept;
[[nodiscard]] std::string_view table_template() noexcept;

// kArenas: the page was asked for leaks, and Python's objects lie in arenas. It begins with a warning then, in the
// words of memray 1.20.
enum class LeaksIn : std::uint8_t { kNothing, kArenas };

// The page with its data, which must be JSON without '<'.
[[nodiscard]] std::string page(std::string_view page_template, std::string_view data,
                               LeaksIn leaks = LeaksIn::kNothing);

}  // namespace memray::web
