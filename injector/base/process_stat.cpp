// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_stat.h"

#include <charconv>

namespace memray::base {

std::optional<std::uint64_t> number_field(std::string_view line, int index) {
    for (; index > 0; --index) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos) { return {}; }
        line.remove_prefix(blank + 1);
    }
    std::uint64_t value = 0;
    const auto result = std::from_chars(line.data(), line.data() + line.size(), value);
    if (result.ec != std::errc{}) { return {}; }
    return value;
}

std::optional<std::uint64_t> stat_field(std::string_view stat, int number) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) { return {}; }
    return number_field(stat.substr(name_end + 1), number - 2);
}

}  // namespace memray::base
