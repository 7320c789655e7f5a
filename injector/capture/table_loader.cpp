// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/table_loader.h"

#include "injector/capture/metadata_codec.h"
#include "injector/capture/table_codec.h"
#include "injector/capture/tables.h"
#include "injector/capture/validate.h"

namespace memray::capture {
namespace {

// Whether the section is a table.
bool decode_if_table(SectionType type, ByteReader& in, Profile& profile) {
    bool found = false;
    for_each_table(profile, [&](SectionType section, Written /*when*/, auto& rows) {
        if (section != type) { return; }
        decode_table(in, rows);
        found = true;
    });
    return found;
}

void decode_section(SectionType type, ByteReader& in, LoadedTables& tables) {
    Profile& profile = tables.profile;
    if (decode_if_table(type, in, profile)) { return; }
    switch (type) {
        case SectionType::kSiteAmounts:
            return decode_amounts(in, profile.sites);
        case SectionType::kMetadata:
            profile.metadata = decode_metadata(in);
            return;
        case SectionType::kSymbolsKey:
            tables.symbols_key = in.varint();
            return;
        case SectionType::kTotals:
            decode_totals(in, profile);
            tables.totals = true;
            return;
        default:
            return;  // not a table, or of a later version
    }
}

// What writers before version 2 had one sum for.
void fill_all_peak(Profile& profile) {
    if (profile.all_peak.count != 0) { return; }
    profile.all_peak = profile.peak;
    profile.all_peak_ms = profile.peak_ms;
    for (Site& site : profile.sites) { site.all_peak = site.peak; }
}

void complete(LoadedTables& tables) {
    Profile& profile = tables.profile;
    fill_all_peak(profile);
    if (profile.stacks.empty()) { profile.stacks.emplace_back(); }
    if (profile.native_stacks.empty()) { profile.native_stacks.emplace_back(); }
    if (profile.symbols.present() && tables.symbols_key != symbols_key(profile)) { profile.symbols = {}; }
}

// Stops at the first section that is damaged.
LoadedTables decode_sections(const InputFile& file, const SectionList& list) {
    LoadedTables tables;
    tables.finished = list.finished;
    tables.cut = list.cut;
    Bytes stored;
    Bytes buffer;
    for (const Section& section : list.sections) {
        if (section.header.type == SectionType::kEvents) { continue; }
        const auto payload = file.payload(section.offset, section.header, stored, buffer);
        if (!payload) {
            tables.cut = true;
            break;
        }
        ByteReader in(*payload);
        decode_section(section.header.type, in, tables);
    }
    return tables;
}

LoadedTables load(const InputFile& file, const SectionList& list) {
    LoadedTables tables = decode_sections(file, list);
    complete(tables);
    validate(tables.profile);
    return tables;
}

}  // namespace

LoadedTables load_tables(const InputFile& file) {
    if (const auto list = indexed_sections(file)) {
        LoadedTables tables = load(file, *list);
        if (!tables.cut) { return tables; }
    }
    LoadedTables tables = load(file, scan_sections(file));
    tables.finished = tables.finished && tables.totals;
    return tables;
}

Symbols load_symbols(const InputFile& file, const Profile& profile) {
    LoadedTables tables = decode_sections(file, scan_sections(file));
    if (tables.symbols_key != symbols_key(profile)) { return {}; }
    validate(tables.profile.symbols, profile);
    return std::move(tables.profile.symbols);
}

}  // namespace memray::capture
