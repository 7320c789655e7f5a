// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/heap/heap_growth.h"
#include "injector/base/error.h"

namespace memray::heap_report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDeepest = 64;

std::uint64_t address_of(const Json& json) {
    const std::string text = json.value("address", std::string("0x0"));
    std::uint64_t value = 0;
    if (text.starts_with("0x")) { std::from_chars(text.data() + 2, text.data() + text.size(), value, 16); }
    return value;
}

Holder holder_of(const Json& json, const std::string& above, std::size_t depth) {
    Holder holder;
    holder.path = json.at("path").get<std::string>();
    holder.step = !above.empty() && holder.path.starts_with(above) ? holder.path.substr(above.size()) : holder.path;
    holder.title = json.value("what", std::string());
    holder.retained = json.at("retained").get<std::uint64_t>();
    holder.address = address_of(json);
    if (depth == kDeepest) { return holder; }
    for (const Json& below : json.at("holds")) { holder.below.push_back(holder_of(below, holder.path, depth + 1)); }
    return holder;
}

TypeRow type_row_of(const Json& json) {
    TypeRow row;
    row.count.name = json.at("type").get<std::string>();
    row.count.objects = json.at("objects").get<std::uint64_t>();
    row.count.bytes = json.at("size").get<std::uint64_t>();
    row.count.allocated = json.at("allocated").get<std::uint64_t>();
    row.count.retained = json.at("retained").get<std::uint64_t>();
    row.biggest = json.value("biggest", std::string());
    return row;
}

heap::SnapshotKind kind_of(const std::string& name) {
    if (name == "copied") { return heap::SnapshotKind::kCopied; }
    if (name == "frozen") { return heap::SnapshotKind::kFrozen; }
    return name == "core" ? heap::SnapshotKind::kCore : heap::SnapshotKind::kLive;
}

void read_amount(const Json& json, std::uint64_t& count, std::uint64_t& bytes) {
    count = json.at("count").get<std::uint64_t>();
    bytes = json.at("bytes").get<std::uint64_t>();
}

HeapReport report_of(const Json& json) {
    HeapReport report;
    report.pid = json.value("pid", pid_t{0});
    report.command_line = json.value("command_line", std::string());
    report.version = json.at("python_version").get<std::string>();
    report.kind = kind_of(json.at("source").get<std::string>());
    report.pause_us = json.at("pause_us").get<std::uint64_t>();
    report.notes = json.at("notes").get<std::vector<std::string>>();
    read_amount(json.at("objects"), report.objects, report.object_bytes);
    read_amount(json.at("other_blocks"), report.other_blocks, report.other_bytes);
    read_amount(json.at("garbage"), report.garbage_objects, report.garbage_bytes);
    report.broken_pools = json.at("broken_pools").get<std::uint64_t>();
    const Json& references = json.at("references");
    report.references = {references.at("objects").get<std::uint64_t>(),
                         references.at("as_counted").get<std::uint64_t>()};
    const Json& strings = json.at("strings");
    read_amount(strings, report.strings.strings, report.strings.bytes);
    report.strings.repeated = strings.at("repeated").get<std::uint64_t>();
    report.strings.repeated_bytes = strings.at("repeated_bytes").get<std::uint64_t>();
    for (const Json& holder : json.at("holders")) { report.holders.push_back(holder_of(holder, {}, 0)); }
    for (const Json& row : json.at("types")) { report.types.push_back(type_row_of(row)); }
    return report;
}

}  // namespace

HeapReport read_heap_json(const std::string& text, const std::string& name) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) { throw base::Error(name + " is no report of `memray heap --json`"); }
    try {
        return report_of(json);
    } catch (const Json::exception&) { throw base::Error(name + " is no report of `memray heap --json`"); }
}

}  // namespace memray::heap_report
