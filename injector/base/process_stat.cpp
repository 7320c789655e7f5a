// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_stat.h"

#include <unistd.h>

#include <charconv>
#include <ctime>
#include <string>

#include "injector/base/file.h"

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

std::optional<std::chrono::milliseconds> age_of(pid_t pid) {
    const auto stat = try_read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto ticks = stat ? stat_field(*stat, 22) : std::nullopt;
    if (!ticks) { return {}; }
    const std::int64_t made = static_cast<std::int64_t>(*ticks) * 1000 / ::sysconf(_SC_CLK_TCK);
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::milliseconds(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 - made);
}

}  // namespace memray::base
