// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/section_list.h"

#include "injector/capture/index_codec.h"

namespace memray::capture {
namespace {

std::optional<Index> read_index(const InputFile& file, const Section& section) {
    if (section.header.type != SectionType::kIndex) { return {}; }
    Bytes stored;
    Bytes buffer;
    try {
        const auto payload = file.payload(section.offset, section.header, stored, buffer);
        if (!payload) { return {}; }
        ByteReader in(*payload);
        return decode_index(in);
    } catch (const Corrupt&) { return {}; }
}

std::optional<Section> section_at(const InputFile& file, std::uint64_t offset) {
    const auto header = file.section_at(offset);
    if (!header) { return {}; }
    return Section{offset, *header};
}

std::optional<Index> index_of_footer(const InputFile& file) {
    Footer footer;
    if (file.size() < sizeof(FileHeader) + sizeof(footer)) { return {}; }
    const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(&footer), sizeof(footer));
    if (!file.read(file.size() - sizeof(footer), bytes) || footer.magic != kFooterMagic) { return {}; }
    const auto section = section_at(file, footer.index_offset);
    if (!section) { return {}; }
    return read_index(file, *section);
}

}  // namespace

std::optional<SectionList> indexed_sections(const InputFile& file) {
    const auto index = index_of_footer(file);
    if (!index) { return {}; }
    SectionList list;
    list.finished = index->finished;
    for (const IndexEntry& entry : index->entries) {
        const auto section = section_at(file, entry.offset);
        if (!section || section->header.type != entry.type) { return {}; }
        list.sections.push_back(*section);
    }
    return list;
}

SectionList scan_sections(const InputFile& file) {
    SectionList list;
    std::uint64_t offset = sizeof(FileHeader);
    while (const auto section = section_at(file, offset)) {
        if (section->header.type == SectionType::kIndex) {
            const auto index = read_index(file, *section);
            list.finished = index && index->finished;
        }
        list.sections.push_back(*section);
        offset += sizeof(SectionHeader) + section->header.stored_length;
    }
    list.cut = offset < file.size() && !list.finished;
    return list;
}

}  // namespace memray::capture
