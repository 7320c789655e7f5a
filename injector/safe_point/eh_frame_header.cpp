// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/eh_frame_header.h"

#include <algorithm>
#include <array>
#include <optional>

#include "injector/elf/segments.h"

namespace memray::safe_point {
namespace {

using base::RemoteAddr;

// Version, and the encodings of the pointer to .eh_frame, the count and the entries that every linker writes:
// pc-relative int32, uint32, int32 relative to the header.
constexpr std::array<unsigned char, 4> kUsualHeader{1, 0x1b, 0x03, 0x3b};

std::optional<EhFrameHeader> read_table(const ptrace::RemoteMemory& memory, RemoteAddr header) {
    const elf::ReadMemory read = [&memory](RemoteAddr at, void* data, std::size_t size) {
        return memory.try_read(at, data, size);
    };
    const auto [segments, bias] = elf::read_segments(read, header);
    EhFrameHeader table;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type == PT_LOAD) { table.end = std::max(table.end, bias + segment.p_vaddr + segment.p_memsz); }
        if (segment.p_type == PT_GNU_EH_FRAME) { table.header = bias + segment.p_vaddr; }
    }
    struct {
        std::array<unsigned char, 4> encodings;
        std::int32_t frames;
        std::uint32_t count;
    } start{};
    if (table.header.is_null() || !memory.try_read(table.header, &start, sizeof start)) { return std::nullopt; }
    if (start.encodings != kUsualHeader) { return std::nullopt; }
    table.begin = header;
    table.entries = table.header + sizeof start;
    table.count = start.count;
    return table;
}

}  // namespace

std::vector<EhFrameHeader> find_eh_frame_headers(const ptrace::RemoteMemory& memory,
                                                 const std::vector<elf::MapEntry>& maps) {
    std::vector<EhFrameHeader> tables;
    for (const elf::MapEntry& map : maps) {
        if (map.offset != 0 || !map.readable || (!map.path.starts_with('/') && map.path != "[vdso]")) { continue; }
        if (!tables.empty() && map.begin < tables.back().end) { continue; }
        if (const auto table = read_table(memory, map.begin)) { tables.push_back(*table); }
    }
    return tables;
}

const EhFrameHeader* find_table(const std::vector<EhFrameHeader>& tables, RemoteAddr address) {
    const auto after =
        std::upper_bound(tables.begin(), tables.end(), address,
                         [](RemoteAddr value, const EhFrameHeader& table) { return value < table.begin; });
    if (after == tables.begin() || address >= (after - 1)->end) { return nullptr; }
    return &*(after - 1);
}

}  // namespace memray::safe_point
