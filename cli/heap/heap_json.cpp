// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/heap/heap_report.h"

namespace memray::heap_report {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::uint64_t address) { return fmt::format("0x{:x}", address); }

// Texts of the process may be anything.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

const char* name_of(heap::SnapshotKind kind) {
    switch (kind) {
        case heap::SnapshotKind::kLive:
            return "live";
        case heap::SnapshotKind::kCopied:
            return "copied";
        case heap::SnapshotKind::kFrozen:
            return "frozen";
        case heap::SnapshotKind::kCore:
            return "core";
    }
    return "";
}

Json json_of(const Holder& holder) {
    Json json{{"path", holder.path}, {"retained", holder.retained}};
    if (holder.address != 0) {
        json["what"] = holder.title;
        json["address"] = hex(holder.address);
    }
    Json below = Json::array();
    for (const Holder& held : holder.below) { below.push_back(json_of(held)); }
    json["holds"] = std::move(below);
    return json;
}

Json json_of(const TypeRow& row) {
    Json json{{"type", row.count.name},
              {"objects", row.count.objects},
              {"size", row.count.bytes},
              {"allocated", row.count.allocated},
              {"retained", row.count.retained}};
    if (!row.biggest.empty()) { json["biggest"] = row.biggest; }
    return json;
}

}  // namespace

std::string heap_json(const HeapReport& report) {
    Json json;
    if (report.pid != 0) {
        json["pid"] = report.pid;
        json["command_line"] = report.command_line;
    }
    json["python_version"] = report.version;
    json["source"] = name_of(report.kind);
    json["pause_us"] = report.pause_us;
    json["notes"] = report.notes;
    json["objects"] = {{"count", report.objects}, {"bytes", report.object_bytes}};
    json["other_blocks"] = {{"count", report.other_blocks}, {"bytes", report.other_bytes}};
    json["garbage"] = {{"count", report.garbage_objects}, {"bytes", report.garbage_bytes}};
    json["broken_pools"] = report.broken_pools;
    json["references"] = {{"objects", report.references.objects}, {"as_counted", report.references.as_counted}};
    json["strings"] = {{"count", report.strings.strings},
                       {"bytes", report.strings.bytes},
                       {"repeated", report.strings.repeated},
                       {"repeated_bytes", report.strings.repeated_bytes}};
    json["holders"] = Json::array();
    for (const Holder& holder : report.holders) { json["holders"].push_back(json_of(holder)); }
    json["types"] = Json::array();
    for (const TypeRow& row : report.types) { json["types"].push_back(json_of(row)); }
    return dump(json);
}

std::string explained_json(const std::vector<Explained>& explained) {
    Json json = Json::array();
    for (const Explained& object : explained) {
        json.push_back({{"address", hex(object.address)},
                        {"what", object.title},
                        {"path", object.path},
                        {"size", object.size},
                        {"retained", object.retained}});
    }
    return dump(json);
}

}  // namespace memray::heap_report
