// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/table_loader.h"

#include "injector/capture/metadata_codec.h"
#include "injector/capture/symbols_key.h"
#include "injector/capture/table_codec.h"
#include "injector/capture/validate.h"

namespace memray::capture {
namespace {

// Each of these decodes a section if it is one of its kind.
bool decode_call(SectionType type, ByteReader& in, Profile& profile) {
    switch (type) {
        case SectionType::kStrings:
            return decode_table(in, profile.strings), true;
        case SectionType::kFunctions:
            return decode_table(in, profile.functions), true;
        case SectionType::kFrames:
            return decode_table(in, profile.frames), true;
        case SectionType::kStacks:
            return decode_table(in, profile.stacks), true;
        case SectionType::kThreads:
            return decode_table(in, profile.threads), true;
        case SectionType::kModules:
            return decode_table(in, profile.modules), true;
        case SectionType::kNativeFrames:
            return decode_table(in, profile.native_frames), true;
        case SectionType::kNativeStacks:
            return decode_table(in, profile.native_stacks), true;
        case SectionType::kKeptSymbols:
            return decode_table(in, profile.kept_symbols), true;
        default:
            return false;
    }
}

bool decode_amount(SectionType type, ByteReader& in, Profile& profile) {
    switch (type) {
        case SectionType::kSites:
            return decode_table(in, profile.sites), true;
        case SectionType::kSiteAmounts:
            return decode_amounts(in, profile.sites), true;
        case SectionType::kLifetimes:
            return decode_table(in, profile.lifetimes), true;
        case SectionType::kIntervals:
            return decode_table(in, profile.intervals), true;
        case SectionType::kTimeBuckets:
            return decode_table(in, profile.time_buckets), true;
        case SectionType::kSnapshots:
            return decode_table(in, profile.snapshots), true;
        case SectionType::kSizes:
            return decode_table(in, profile.sizes), true;
        case SectionType::kProcesses:
            return decode_table(in, profile.processes), true;
        case SectionType::kProcessSnapshots:
            return decode_table(in, profile.process_snapshots), true;
        default:
            return false;
    }
}

bool decode_symbol(SectionType type, ByteReader& in, Symbols& symbols) {
    switch (type) {
        case SectionType::kSymbolStrings:
            return decode_table(in, symbols.strings), true;
        case SectionType::kSymbolNames:
            return decode_table(in, symbols.names), true;
        case SectionType::kSymbolChains:
            return decode_table(in, symbols.chains), true;
        case SectionType::kModuleSymbols:
            return decode_table(in, symbols.modules), true;
        default:
            return false;
    }
}

void decode_section(SectionType type, ByteReader& in, LoadedTables& tables) {
    Profile& profile = tables.profile;
    if (decode_call(type, in, profile) || decode_amount(type, in, profile) ||
        decode_symbol(type, in, profile.symbols)) {
        return;
    }
    switch (type) {
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

void complete(LoadedTables& tables) {
    Profile& profile = tables.profile;
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
