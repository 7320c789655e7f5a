// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/heap/heap_growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/heap/heading.h"
#include "cli/report/format.h"
#include "injector/base/printable.h"

namespace memray::heap_report {
namespace {

struct Figures {
    std::uint64_t objects{0};
    std::uint64_t bytes{0};
};

struct Change {
    std::string name;
    Figures before;
    Figures after;

    [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(after.bytes - before.bytes); }
    [[nodiscard]] std::int64_t objects() const { return static_cast<std::int64_t>(after.objects - before.objects); }
};

using Named = std::map<std::string, Figures>;

// Types of the same name are one.
Named types_of(const HeapReport& report) {
    Named named;
    for (const TypeRow& row : report.types) {
        Figures& figures = named[row.count.name];
        figures.objects += row.count.objects;
        figures.bytes += row.count.bytes;
    }
    return named;
}

// What has the path of who holds it is a part of that.
void add_holders(const std::vector<Holder>& holders, const std::string& above, Named& named) {
    for (const Holder& holder : holders) {
        if (holder.path != above) {
            named[holder.path].bytes += holder.retained;
            named[holder.path].objects += 1;
        }
        add_holders(holder.below, holder.path, named);
    }
}

Named holders_of(const HeapReport& report) {
    Named named;
    add_holders(report.holders, {}, named);
    return named;
}

// What grew most first, what shrank most last; what did not change is left out.
std::vector<Change> changes(const Named& before, const Named& after) {
    std::map<std::string, Change> all;
    for (const auto& [name, figures] : before) { all[name].before = figures; }
    for (const auto& [name, figures] : after) { all[name].after = figures; }
    std::vector<Change> changed;
    for (auto& [name, change] : all) {
        change.name = name;
        if (change.bytes() != 0 || change.objects() != 0) { changed.push_back(std::move(change)); }
    }
    std::stable_sort(changed.begin(), changed.end(),
                     [](const Change& one, const Change& other) { return one.bytes() > other.bytes(); });
    return changed;
}

std::vector<Change> holder_changes(const HeapReport& before, const HeapReport& after) {
    std::vector<Change> changed = changes(holders_of(before), holders_of(after));
    std::erase_if(changed, [](const Change& change) { return change.bytes() == 0; });
    return changed;
}

std::string signed_size(std::int64_t bytes) {
    const auto size = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    return (bytes < 0 ? "-" : "+") + report::size_text(size);
}

// The first and the last `rows`.
template <typename Row>
void add_rows(std::string& text, const std::vector<Change>& changed, std::size_t rows, const Row& row) {
    for (std::size_t index = 0; index < changed.size(); ++index) {
        const bool grew = changed[index].bytes() > 0 || (changed[index].bytes() == 0 && changed[index].objects() > 0);
        if (grew ? index < rows : changed.size() - index <= rows) { text += row(changed[index]); }
    }
    if (changed.empty()) { text += "  nothing\n"; }
}

nlohmann::ordered_json json_of(const std::vector<Change>& changed, const char* name, bool with_objects) {
    auto list = nlohmann::ordered_json::array();
    for (const Change& change : changed) {
        nlohmann::ordered_json row{{name, change.name}, {"before", change.before.bytes}, {"after", change.after.bytes}};
        if (with_objects) {
            row["objects_before"] = change.before.objects;
            row["objects_after"] = change.after.objects;
        }
        list.push_back(std::move(row));
    }
    return list;
}

std::uint64_t total(const HeapReport& report) { return report.object_bytes + report.other_bytes; }

}  // namespace

std::string growth_text(const HeapReport& before, const HeapReport& after, std::size_t rows, bool colour) {
    const auto grown = static_cast<std::int64_t>(total(after) - total(before));
    std::string text = fmt::format("{} in use before, {} after: {}\n", report::size_text(total(before)),
                                   report::size_text(total(after)), signed_size(grown));
    text += "\n" + heading("Types", colour) + fmt::format("\n{:>12} {:>12}  type\n", "by itself", "objects");
    add_rows(text, changes(types_of(before), types_of(after)), rows, [](const Change& change) {
        return fmt::format("{:>12} {:>+12}  {}\n", signed_size(change.bytes()), change.objects(),
                           base::printable(change.name));
    });
    text +=
        "\n" + heading("Who keeps memory alive", colour) + fmt::format("\n{:>12} {:>12}  path\n", "change", "after");
    add_rows(text, holder_changes(before, after), rows, [](const Change& change) {
        return fmt::format("{:>12} {:>12}  {}\n", signed_size(change.bytes()), report::size_text(change.after.bytes),
                           base::printable(change.name));
    });
    return text;
}

std::string growth_json(const HeapReport& before, const HeapReport& after) {
    nlohmann::ordered_json json{{"before", total(before)}, {"after", total(after)}};
    json["types"] = json_of(changes(types_of(before), types_of(after)), "type", true);
    json["holders"] = json_of(holder_changes(before, after), "path", false);
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace memray::heap_report
