// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The HTML reports as they were built from cli/web/src, without data.
#pragma once

#include <string>
#include <string_view>

namespace memray::web {

[[nodiscard]] std::string_view flamegraph_template() noexcept;
[[nodiscard]] std::string_view table_template() noexcept;

// The page with its data, which must be JSON without '<'.
[[nodiscard]] std::string page(std::string_view page_template, std::string_view data);

}  // namespace memray::web
