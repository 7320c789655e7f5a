// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/memory_map.h"

#include <elf.h>
#include <sys/sysmacros.h>

#include <charconv>
#include <cstring>
#include <fstream>

#include "injector/base/file.h"

namespace memray::elf {
namespace {

// Takes fields off the front of a line.
class Fields {
public:
    explicit Fields(std::string_view line) : rest_(line) {}

    std::optional<std::uint64_t> hex(char terminator) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, 16);
        if (error != std::errc() || end == rest_.data() + rest_.size() || *end != terminator) { return std::nullopt; }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()) + 1);
        return value;
    }
    std::string_view word() {
        const std::size_t end = std::min(rest_.find(' '), rest_.size());
        const std::string_view result = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return result;
    }
    std::string_view remainder() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        return rest_;
    }

private:
    std::string_view rest_;
};

// "begin-end rwxp offset device inode   path"
std::optional<MapEntry> parse_line(std::string_view line) {
    Fields fields(line);
    const auto begin = fields.hex('-');
    const auto end = begin ? fields.hex(' ') : std::nullopt;
    if (!end || *end <= *begin) { return std::nullopt; }
    const std::string_view access = fields.word();
    const auto offset = fields.hex(' ');
    if (access.size() != 4 || !offset) { return std::nullopt; }
    const auto major = fields.hex(':');
    const auto minor = major ? fields.hex(' ') : std::nullopt;
    if (!minor) { return std::nullopt; }
    std::uint64_t inode = 0;
    const std::string_view digits = fields.word();
    std::from_chars(digits.data(), digits.data() + digits.size(), inode);
    return MapEntry{RemoteAddr(*begin),
                    RemoteAddr(*end),
                    *offset,
                    access[0] == 'r',
                    access[1] == 'w',
                    access[2] == 'x',
                    inode,
                    std::string(fields.remainder()),
                    gnu_dev_makedev(static_cast<unsigned>(*major), static_cast<unsigned>(*minor)),
                    access[3] == 's'};
}

}  // namespace

std::vector<MapEntry> parse_maps(std::string_view text) {
    std::vector<MapEntry> entries;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto entry = parse_line(text.substr(0, end))) { entries.push_back(std::move(*entry)); }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return entries;
}

std::vector<MapEntry> read_maps(pid_t pid) {
    return parse_maps(base::read_file("/proc/" + std::to_string(pid) + "/maps"));
}

std::optional<MapEntry> find_mapping(const std::string& maps, RemoteAddr address) {
    std::ifstream lines(maps);
    for (std::string line; std::getline(lines, line);) {
        auto entry = parse_line(line);
        if (!entry || entry->end <= address) { continue; }
        if (entry->begin > address) { break; }
        return entry;
    }
    return std::nullopt;
}

std::optional<AuxiliaryVector> parse_auxv(std::string_view bytes) {
    AuxiliaryVector result;
    for (; bytes.size() >= sizeof(Elf64_auxv_t); bytes.remove_prefix(sizeof(Elf64_auxv_t))) {
        Elf64_auxv_t item;
        std::memcpy(&item, bytes.data(), sizeof item);
        if (item.a_type == AT_NULL) { break; }
        if (item.a_type == AT_ENTRY) { result.entry = RemoteAddr(item.a_un.a_val); }
        if (item.a_type == AT_BASE) { result.loader_base = RemoteAddr(item.a_un.a_val); }
    }
    if (result.entry.is_null()) { return std::nullopt; }
    return result;
}

}  // namespace memray::elf
