// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/format.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>

namespace memray::report {
namespace {

constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
constexpr double kRoundsToNextUnit = 999.9995;

}  // namespace

std::string size_text(std::uint64_t bytes) {
    auto number = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (number >= kRoundsToNextUnit && unit + 1 < kUnits.size()) {
        number /= 1000;
        ++unit;
    }
    return fmt::format("{:.3f}{}", number, kUnits[unit]);
}

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) { return "0.00%"; }
    return fmt::format("{:.2f}%", static_cast<double>(part) / static_cast<double>(whole) * 100);
}

std::string time_text(std::int64_t milliseconds) {
    // The years that four digits can show: anything else comes from a broken capture.
    constexpr std::int64_t kLastSecond = 253402300799;
    const std::chrono::milliseconds time(milliseconds);
    const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(time).count();
    if (seconds < 0 || seconds > kLastSecond) { return fmt::format("{} ms", milliseconds); }
    const std::int64_t fraction = milliseconds - seconds * 1000;
    const std::string text = fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(seconds)));
    return fraction == 0 ? text + "+00:00" : fmt::format("{}.{:06}+00:00", text, fraction * 1000);
}

std::string second_text(std::int64_t milliseconds) { return time_text(milliseconds - milliseconds % 1000); }

std::string duration_text(std::int64_t milliseconds) {
    const std::int64_t seconds = milliseconds / 1000;
    const std::int64_t minutes = seconds / 60;
    const std::int64_t hours = minutes / 60;
    if (minutes == 0) { return fmt::format("{} s", seconds); }
    if (hours == 0) { return fmt::format("{} min {} s", minutes, seconds % 60); }
    if (hours < 24) { return fmt::format("{} h {} min", hours, minutes % 60); }
    return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string counted(std::uint64_t count, const std::string& noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace memray::report
