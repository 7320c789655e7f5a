// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/reader.h"

#include <algorithm>
#include <ctime>
#include <new>

#include "injector/capture/events/event_decoder.h"
#include "injector/capture/events/period_replay.h"
#include "injector/capture/events/replay.h"
#include "injector/capture/progress_meter.h"
#include "injector/capture/symbols_file.h"
#include "injector/capture/table_loader.h"

namespace memray::capture {
namespace {

// Hands the sections of the event log to `decode`, as far as they are whole. Returns false if it stopped at a damaged
// one.
template <typename Decode>
bool decode_log(const InputFile& file, Decode&& decode, const Progress& progress) {
    const SectionList list = scan_sections(file);
    ProgressMeter meter(progress);
    Bytes stored;
    Bytes buffer;
    for (const Section& section : list.sections) {
        if (section.header.type != SectionType::kEvents) { continue; }
        const auto payload = file.payload(section.offset, section.header, stored, buffer);
        if (!payload) { return false; }
        decode(*payload);
        meter.report(static_cast<double>(section.offset) / static_cast<double>(file.size()));
    }
    return !list.cut;
}

std::string local_time(std::int64_t ms) {
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    char text[64];
    if (::localtime_r(&seconds, &parts) == nullptr) { return std::to_string(ms) + " ms"; }
    return {text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts)};
}

const char* why_cut(const LoadedTables& tables, WriteFailure failure) {
    switch (failure) {
        case WriteFailure::kNone:
            return tables.cut ? "the file is cut off or damaged" : "the recorder was killed or still runs";
        case WriteFailure::kDiskFull:
            return "the disk was full";
        case WriteFailure::kTooLarge:
            return "the file reached the limit on file sizes";
        case WriteFailure::kOverQuota:
            return "the disk quota was used up";
        case WriteFailure::kOther:
            break;
    }
    return "the file could not be written";
}

void note_missing(LoadedTables& tables, WriteFailure failure) {
    Metadata& metadata = tables.profile.metadata;
    if (!tables.profile.snapshots.empty()) {
        metadata.end_ms = std::max(metadata.end_ms, tables.profile.snapshots.back().time_ms);
    }
    const std::int64_t last = std::max(metadata.start_ms, metadata.end_ms);
    metadata.incomplete += metadata.incomplete.empty() ? "" : "; ";
    metadata.incomplete += why_cut(tables, failure) + std::string(": ");
    metadata.incomplete +=
        last == 0 ? "all of its data is missing" : "everything after " + local_time(last) + " is missing";
}

Profile read_checked(const std::string& path, const Progress& progress) {
    const InputFile file(path);
    LoadedTables tables = load_tables(file);
    if (!tables.totals && !tables.profile.metadata.aggregated) {
        Replay replay(tables.profile);
        const auto decode = [&](std::span<const std::uint8_t> payload) { replay.decode(payload); };
        if (!decode_log(file, decode, progress)) { tables.cut = true; }
        replay.finish(tables.profile);
    }
    if (!tables.finished) { note_missing(tables, file.failure()); }
    Profile& profile = tables.profile;
    if (!profile.native_frames.empty() && !profile.symbols.present()) { load_sidecar(path, file, profile); }
    return std::move(profile);
}

}  // namespace

Profile read_profile(const std::string& path, const Progress& progress) {
    try {
        return read_checked(path, progress);
    } catch (const std::bad_alloc&) { throw base::Error("There is not enough memory to read it."); }
}

void read_period(const std::string& path, std::int64_t from_ms, std::int64_t to_ms, Profile& profile,
                 const Progress& progress) {
    try {
        PeriodReplay replay(profile, from_ms, to_ms);
        const auto decode = [&](std::span<const std::uint8_t> payload) { replay.decode(payload); };
        const bool whole = decode_log(InputFile(path), decode, progress);
        if (!whole && profile.metadata.incomplete.empty()) { throw Corrupt("its event log is damaged"); }
        replay.finish(profile);
    } catch (const std::bad_alloc&) { throw base::Error("There is not enough memory to read it."); }
}

void read_events(const std::string& path, const std::function<void(const Event&)>& visit, const Progress& progress) {
    try {
        const InputFile file(path);
        const LoadedTables tables = load_tables(file);
        EventDecoder decoder(tables.profile.sites.size());
        const auto decode = [&](std::span<const std::uint8_t> payload) {
            decoder.decode(payload, [&](const Event& event, LiveSlot&) { visit(event); });
        };
        if (!decode_log(file, decode, progress) && tables.finished) { throw Corrupt("its event log is damaged"); }
    } catch (const std::bad_alloc&) { throw base::Error("There is not enough memory to read it."); }
}

}  // namespace memray::capture
