// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include "cli/heap/rss_report.h"
#include "cli/report/format.h"

namespace memray::heap_report {
namespace {

constexpr std::uint64_t kWorthSaying = std::uint64_t{1} << 20U;  // bytes
constexpr std::uint64_t kWorthShare = 100;                       // and at least one part of so many

bool is_worth(std::uint64_t bytes, const RssReport& report) {
    return bytes >= kWorthSaying && bytes >= report.accounts.present / kWorthShare;
}

std::string trim_text(const RssReport& report) {
    return fmt::format("malloc_trim(0) would give {} back to the system: whole pages in free chunks",
                       report::size_text(report.accounts.trimmable));
}

// Of arenas that were made because threads found others busy.
std::string arenas_text(const RssReport& report) {
    const auto& arenas = report.accounts.arenas;
    std::uint64_t free = 0;
    for (const heap::ArenaAccount& arena : arenas) {
        if (!arena.main) { free += arena.resident_free; }
    }
    if (arenas.size() < 3 || !is_worth(free, report)) { return {}; }
    return fmt::format(
        "{} of malloc for {}: {} is free in those beside the main one; MALLOC_ARENA_MAX limits their number",
        report::counted(arenas.size(), "arena"), report::counted(report.kernel.threads, "thread"),
        report::size_text(free));
}

}  // namespace

std::vector<std::string> rss_advice(const RssReport& report) {
    std::vector<std::string> advice;
    if (is_worth(report.accounts.trimmable, report)) { advice.push_back(trim_text(report)); }
    if (std::string arenas = arenas_text(report); !arenas.empty()) { advice.push_back(std::move(arenas)); }
    return advice;
}

}  // namespace memray::heap_report
