// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/symbols_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "injector/base/error.h"
#include "injector/base/output_place.h"
#include "injector/base/replacement_file.h"
#include "injector/capture/section_batch.h"
#include "injector/capture/section_list.h"
#include "injector/capture/table_codec.h"
#include "injector/capture/table_loader.h"

namespace memray::capture {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;

bool is_of_symbols(SectionType type) { return type >= SectionType::kSymbolStrings && type <= SectionType::kSymbolsKey; }

// Copies sections from one capture to the end of another.
class SectionCopier {
public:
    SectionCopier(const InputFile& from, base::ReplacementFile& to) : from_(from), to_(to), buffer_(kCopyBytes) {}

    void header() {
        const FileHeader header;
        append({reinterpret_cast<const std::uint8_t*>(&header), sizeof(header)});
    }
    void section(const Section& section) {
        if (section.header.type != SectionType::kEvents) { entries_.push_back({section.header.type, size_}); }
        std::uint64_t offset = section.offset;
        std::uint64_t rest = sizeof(SectionHeader) + section.header.stored_length;
        while (rest > 0) {
            const std::span<std::uint8_t> part(buffer_.data(), std::min<std::uint64_t>(rest, buffer_.size()));
            if (!from_.read(offset, part)) { throw base::Error("The capture became shorter while it was copied"); }
            append(part);
            offset += part.size();
            rest -= part.size();
        }
    }
    // The last: `batch` begins where the copied sections end.
    void finish(SectionBatch& batch, std::vector<IndexEntry> before) {
        batch.end(std::move(before), true);
        append(batch.bytes());
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] const std::vector<IndexEntry>& entries() const noexcept { return entries_; }

private:
    void append(std::span<const std::uint8_t> bytes) {
        to_.append(bytes);
        size_ += bytes.size();
    }

    const InputFile& from_;
    base::ReplacementFile& to_;
    Bytes buffer_;
    std::uint64_t size_{0};
    std::vector<IndexEntry> entries_;
};

// What the index of the capture lists, and the event log. An index that lists less than there is (of a recording whose
// last tables replaced earlier ones) keeps doing so.
bool is_kept(const Section& section, const std::optional<SectionList>& indexed) {
    if (section.header.type == SectionType::kEvents) { return true; }
    const SectionType type = section.header.type;
    if (type == SectionType::kIndex || type == SectionType::kMetadata || is_of_symbols(type)) { return false; }
    if (!indexed) { return true; }
    return std::any_of(indexed->sections.begin(), indexed->sections.end(),
                       [&](const Section& listed) { return listed.offset == section.offset; });
}

void copy_capture(const InputFile& from, SectionCopier& copier) {
    copier.header();
    const auto indexed = indexed_sections(from);
    for (const Section& section : scan_sections(from).sections) {
        if (is_kept(section, indexed)) { copier.section(section); }
    }
}

}  // namespace

CaptureLock::CaptureLock(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (!fd_) { throw base::system_error("Could not open " + path); }
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        throw base::Error(path + " is in use: a recording or another program is writing it");
    }
}

void write_symbols(const std::string& path, const Profile& profile, const Symbols& symbols, const std::string& output) {
    const InputFile input(path);
    const base::OutputPlace place(output);
    base::ReplacementFile file(place);
    SectionCopier copier(input, file);
    copy_capture(input, copier);
    SectionBatch batch(copier.size(), true);
    // The copy has an index even if the capture was cut off: what is missing must be in its metadata.
    batch.metadata(profile.metadata);
    batch.symbols(symbols, symbols_key(profile));
    copier.finish(batch, copier.entries());
    file.commit();
}

Bytes symbols_alone(const Profile& profile, const Symbols& symbols) {
    SectionBatch batch(0, true);
    batch.file_header();
    batch.symbols(symbols, symbols_key(profile));
    batch.end({}, true);
    return batch.bytes();
}

void load_symbols_alone(const std::string& path, Profile& profile) {
    try {
        profile.symbols = load_symbols(InputFile(path), profile);
    } catch (const base::Error&) {  // no such file, or not a good one
    }
}

std::string sidecar_path(const std::string& capture) { return capture + ".symbols"; }

void load_sidecar(const std::string& path, const InputFile& capture, Profile& profile) {
    try {
        const InputFile file(sidecar_path(path));
        const uid_t owner = file.owner();
        if (owner == capture.owner() || owner == ::geteuid() || owner == 0) {
            profile.symbols = load_symbols(file, profile);
        }
    } catch (const base::Error&) {  // no such file, or not a good one
    }
}

void write_sidecar(const std::string& capture, const Profile& profile, const Symbols& symbols) {
    const base::OutputPlace place(sidecar_path(capture));
    base::ReplacementFile file(place);
    file.append(symbols_alone(profile, symbols));
    file.commit();
}

}  // namespace memray::capture
