// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/section_batch.h"

#include "injector/capture/metadata_codec.h"
#include "injector/capture/tables.h"

namespace memray::capture {
namespace {

template <typename T>
void append(Bytes& bytes, const T& header) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(&header);
    bytes.insert(bytes.end(), data, data + sizeof(T));
}

}  // namespace

void SectionBatch::file_header() { append(bytes_, FileHeader{}); }

void SectionBatch::add(SectionType type, std::span<const std::uint8_t> payload) {
    if (type != SectionType::kEvents) { entries_.push_back({type, offset_ + bytes_.size()}); }
    seal_section(bytes_, type, payload, compress_);
}

void SectionBatch::metadata(const Metadata& metadata) {
    ByteWriter out;
    encode_metadata(out, metadata);
    add(SectionType::kMetadata, out.bytes());
}

void SectionBatch::finished_tables(const Profile& profile) {
    ranges(SectionType::kSiteAmounts, profile.sites, 0, encode_amounts);
    for_each_table(profile, [this](SectionType type, Written when, const auto& rows) {
        if (when == Written::kFinished) { table(type, rows); }
    });
    ByteWriter totals;
    encode_totals(totals, profile);
    add(SectionType::kTotals, totals.bytes());
}

void SectionBatch::symbols(const Symbols& symbols, std::uint64_t key) {
    for_each_symbol_table(symbols, [this](SectionType type, Written /*when*/, const auto& rows) { table(type, rows); });
    ByteWriter out;
    out.varint(key);
    add(SectionType::kSymbolsKey, out.bytes());
}

void SectionBatch::end(std::vector<IndexEntry> before, bool finished) {
    before.insert(before.end(), entries_.begin(), entries_.end());
    ByteWriter out;
    encode_index(out, Index{finished, std::move(before)});
    Footer footer;
    footer.index_offset = offset_ + bytes_.size();
    seal_section(bytes_, SectionType::kIndex, out.bytes(), compress_);
    append(bytes_, footer);
}

}  // namespace memray::capture
