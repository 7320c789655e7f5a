// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/smaps.h"

#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "injector/base/file.h"

namespace memray::heap {
namespace {

struct Field {
    std::string_view name;
    std::uint64_t MappingUse::*member;
};
constexpr std::array<Field, 6> kFields{{{"Rss", &MappingUse::resident},
                                        {"Pss", &MappingUse::proportional},
                                        {"Private_Clean", &MappingUse::unique},
                                        {"Private_Dirty", &MappingUse::unique},
                                        {"AnonHugePages", &MappingUse::huge},
                                        {"Swap", &MappingUse::swapped}}};
constexpr std::uint64_t kKilo = 1024;

// "begin-end rwxp ...": the line that a mapping begins with.
std::optional<MappingUse> parse_start(std::string_view line) {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const char* const last = line.data() + line.size();
    const auto [dash, first_error] = std::from_chars(line.data(), last, begin, 16);
    if (first_error != std::errc() || dash == last || *dash != '-') { return std::nullopt; }
    const auto [space, second_error] = std::from_chars(dash + 1, last, end, 16);
    if (second_error != std::errc() || space == last || *space != ' ' || end <= begin) { return std::nullopt; }
    MappingUse mapping;
    mapping.begin = base::RemoteAddr(begin);
    mapping.end = base::RemoteAddr(end);
    return mapping;
}

// "Name:   number kB". Numbers of one member add up.
void parse_field(std::string_view line, MappingUse& mapping) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) { return; }
    for (const Field& field : kFields) {
        if (line.substr(0, colon) != field.name) { continue; }
        const std::size_t digits = line.find_first_not_of(' ', colon + 1);
        if (digits == std::string_view::npos) { return; }
        std::uint64_t kilobytes = 0;
        std::from_chars(line.data() + digits, line.data() + line.size(), kilobytes);
        mapping.*field.member += kilobytes * kKilo;
    }
}

}  // namespace

std::vector<MappingUse> parse_smaps(std::string_view text) {
    std::vector<MappingUse> mappings;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (const auto start = parse_start(line)) {
            mappings.push_back(*start);
        } else if (!mappings.empty()) {
            parse_field(line, mappings.back());
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return mappings;
}

std::vector<MappingUse> read_smaps(pid_t pid) {
    return parse_smaps(base::read_file("/proc/" + std::to_string(pid) + "/smaps"));
}

MappingUse sum(const std::vector<MappingUse>& mappings) {
    MappingUse total;
    for (const MappingUse& mapping : mappings) {
        if (total.begin.is_null()) { total.begin = mapping.begin; }
        total.end = mapping.end;
        for (const auto member : {&MappingUse::resident, &MappingUse::proportional, &MappingUse::unique,
                                  &MappingUse::huge, &MappingUse::swapped}) {
            total.*member += mapping.*member;
        }
    }
    return total;
}

}  // namespace memray::heap
