// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/heap/rss_report.h"

namespace memray::heap_report {
namespace {

using Json = nlohmann::ordered_json;
using heap::Accounts;

constexpr int kIndent = 2;

std::uint64_t rounded(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

Json terms_json(const Accounts& accounts) {
    Json rows = Json::array();
    for (std::size_t term = 0; term < heap::kTerms; ++term) {
        const heap::TermBytes& bytes = accounts.terms.at(term);
        if (bytes.size == 0) { continue; }
        rows.push_back({{"name", heap::term_name(static_cast<heap::Term>(term))},
                        {"resident", bytes.resident},
                        {"proportional", rounded(bytes.proportional)},
                        {"swapped", bytes.swapped},
                        {"size", bytes.size}});
    }
    return rows;
}

Json malloc_json(const Accounts& accounts) {
    if (!accounts.malloc) { return {}; }
    const heap::MallocInfo& info = *accounts.malloc;
    Json arenas = Json::array();
    for (const heap::ArenaAccount& arena : accounts.arenas) {
        arenas.push_back({{"address", fmt::format("{:#x}", arena.address.value())},
                          {"main", arena.main},
                          {"system", arena.system},
                          {"used", arena.used},
                          {"free", arena.free},
                          {"cached", arena.cached},
                          {"top", arena.top},
                          {"resident_free", arena.resident_free}});
    }
    return {{"arena", info.arena},
            {"ordblks", info.ordblks},
            {"smblks", info.smblks},
            {"hblks", info.hblks},
            {"hblkhd", info.hblkhd},
            {"fsmblks", info.fsmblks},
            {"uordblks", info.uordblks},
            {"fordblks", info.fordblks},
            {"keepcost", info.keepcost},
            {"all_mapped_known", accounts.all_mapped_known},
            {"trimmable", accounts.trimmable},
            {"arenas", std::move(arenas)}};
}

Json kernel_json(const RssReport& report) {
    return {{"rss", report.mapped.resident},    {"pss", report.mapped.proportional},
            {"uss", report.mapped.unique},      {"swap", report.mapped.swapped},
            {"huge_pages", report.mapped.huge}, {"page_tables", report.kernel.page_tables},
            {"peak_rss", report.kernel.peak},   {"threads", report.kernel.threads}};
}

Json cgroup_json(const RssReport& report) {
    if (!report.kernel.cgroup) { return {}; }
    const heap::CgroupFigures& cgroup = *report.kernel.cgroup;
    return {{"used", cgroup.used},      {"limit", cgroup.limit ? Json(*cgroup.limit) : Json()},
            {"anon", cgroup.anonymous}, {"file", cgroup.file},
            {"slab", cgroup.slab},      {"kernel", cgroup.kernel}};
}

}  // namespace

std::string rss_json(const RssReport& report) {
    const Accounts& accounts = report.accounts;
    const Json document = {{"pid", report.pid},
                           {"command_line", report.command_line},
                           {"resident", accounts.total.resident},
                           {"proportional", rounded(accounts.total.proportional)},
                           {"swapped", accounts.total.swapped},
                           {"unexplained", accounts[heap::Term::kUnexplained].resident},
                           {"terms", terms_json(accounts)},
                           {"allocator", accounts.allocator.empty() ? Json() : Json(accounts.allocator)},
                           {"malloc", malloc_json(accounts)},
                           {"kernel", kernel_json(report)},
                           {"cgroup", cgroup_json(report)},
                           {"advice", rss_advice(report)},
                           {"live", report.live},
                           {"notes", report.notes}};
    return document.dump(kIndent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace memray::heap_report
