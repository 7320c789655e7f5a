// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/pagemap.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

namespace memray::heap {
namespace {

// Of <linux/fs.h> since 6.7; the headers that we build with may be older.
struct ScanArgument {
    std::uint64_t size{sizeof(ScanArgument)};
    std::uint64_t flags{0};
    std::uint64_t start{0};
    std::uint64_t end{0};
    std::uint64_t walk_end{0};
    std::uint64_t regions{0};
    std::uint64_t region_count{0};
    std::uint64_t most_pages{0};
    std::uint64_t inverted{0};
    std::uint64_t all_of{0};
    std::uint64_t any_of{0};
    std::uint64_t returned{0};
};
struct ScanRegion {
    std::uint64_t start{0};
    std::uint64_t end{0};
    std::uint64_t categories{0};
};
constexpr std::uint64_t kScanFile = 1U << 2U;
constexpr std::uint64_t kScanPresent = 1U << 3U;
constexpr std::uint64_t kScanSwapped = 1U << 4U;
constexpr std::uint64_t kScanZero = 1U << 5U;
constexpr std::uint64_t kScanHuge = 1U << 6U;
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArgument);

// Bits of an entry of the table.
constexpr std::uint64_t kTablePresent = std::uint64_t{1} << 63U;
constexpr std::uint64_t kTableSwapped = std::uint64_t{1} << 62U;
constexpr std::uint64_t kTableFile = std::uint64_t{1} << 61U;
constexpr std::uint64_t kTableExclusive = std::uint64_t{1} << 56U;  // mapped once, here

base::UniqueFd open_pagemap(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/pagemap";
    base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) { throw base::system_error("reading the pages of process " + std::to_string(pid)); }
    return file;
}

void append(std::vector<PageSpan>& spans, const PageSpan& span) {
    if (!spans.empty() && spans.back().end == span.begin && spans.back().is_like(span)) {
        spans.back().end = span.end;
    } else {
        spans.push_back(span);
    }
}

void append_region(std::vector<PageSpan>& spans, const ScanRegion& region) {
    if ((region.categories & kScanZero) != 0) { return; }
    append(spans, {RemoteAddr(region.start), RemoteAddr(region.end), (region.categories & kScanPresent) != 0,
                   (region.categories & kScanFile) != 0, (region.categories & kScanHuge) != 0, false});
}

// Nothing if this kernel cannot do it.
std::optional<std::vector<PageSpan>> scan(int file, std::span<const Range> ranges) {
    std::vector<PageSpan> spans;
    std::array<ScanRegion, 512> regions;
    for (const Range& range : ranges) {
        ScanArgument argument;
        argument.start = range.begin.value();
        argument.end = range.end.value();
        argument.regions = reinterpret_cast<std::uint64_t>(regions.data());
        argument.region_count = regions.size();
        argument.any_of = kScanPresent | kScanSwapped;
        argument.returned = kScanPresent | kScanSwapped | kScanFile | kScanZero | kScanHuge;
        while (argument.start < argument.end) {
            const int count = ::ioctl(file, kPagemapScan, &argument);
            if (count < 0 && errno == EINTR) { continue; }
            if (count < 0) { return std::nullopt; }
            for (const ScanRegion& region : std::span(regions).first(static_cast<std::size_t>(count))) {
                append_region(spans, region);
            }
            if (argument.walk_end <= argument.start) { break; }
            argument.start = argument.walk_end;
        }
    }
    return spans;
}

void append_entries(std::vector<PageSpan>& spans, RemoteAddr begin, std::span<const std::uint64_t> entries) {
    for (const std::uint64_t entry : entries) {
        const RemoteAddr page = begin;
        begin += kPageBytes;
        if ((entry & (kTablePresent | kTableSwapped)) == 0) { continue; }
        const bool present = (entry & kTablePresent) != 0;
        const bool maybe_zero = present && (entry & (kTableFile | kTableExclusive)) == 0;
        append(spans, {page, begin, present, (entry & kTableFile) != 0, false, maybe_zero});
    }
}

// What is not there any more has no entries.
void read_table_of(int file, const Range& range, std::vector<PageSpan>& spans) {
    std::array<std::uint64_t, 8192> entries;
    for (RemoteAddr at = range.begin; at < range.end;) {
        const std::size_t count = std::min<std::uint64_t>(entries.size(), (range.end - at) / kPageBytes);
        const ssize_t got = ::pread64(file, entries.data(), count * sizeof(std::uint64_t),
                                      static_cast<off64_t>(at.value() / kPageBytes * sizeof(std::uint64_t)));
        if (got < 0 && errno == EINTR) { continue; }
        const std::size_t done = got > 0 ? static_cast<std::size_t>(got) / sizeof(std::uint64_t) : 0;
        if (done == 0) { return; }
        append_entries(spans, at, std::span(entries).first(done));
        at += done * kPageBytes;
    }
}

std::vector<PageSpan> read_table(int file, std::span<const Range> ranges) {
    std::vector<PageSpan> spans;
    for (const Range& range : ranges) { read_table_of(file, range, spans); }
    return spans;
}

}  // namespace

std::vector<PageSpan> read_page_spans(pid_t pid, std::span<const Range> ranges) {
    const base::UniqueFd file = open_pagemap(pid);
    if (auto spans = scan(file.get(), ranges)) { return std::move(*spans); }
    return read_table(file.get(), ranges);
}

std::vector<PageSpan> read_page_table(pid_t pid, std::span<const Range> ranges) {
    return read_table(open_pagemap(pid).get(), ranges);
}

}  // namespace memray::heap
