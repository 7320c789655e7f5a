// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/page_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <string>

#include "injector/base/error.h"
#include "injector/heap/memory/pagemap.h"
#include "injector/heap/source/file_bytes.h"

namespace memray::heap {
namespace {

using base::RemoteAddr;

std::string folder_of(pid_t pid) { return "/proc/" + std::to_string(pid); }

bool is_file(const elf::MapEntry& entry) { return entry.path.starts_with('/'); }

// The link to what is mapped there, which takes CAP_CHECKPOINT_RESTORE.
std::string mapped_file(pid_t pid, const elf::MapEntry& entry) {
    std::array<char, 48> name{};
    std::snprintf(name.data(), name.size(), "/map_files/%" PRIx64 "-%" PRIx64, entry.begin.value(), entry.end.value());
    return folder_of(pid) + name.data();
}

// None if it is not the one that is mapped.
base::UniqueFd open_same(const std::string& path, const elf::MapEntry& entry) {
    base::UniqueFd fd = open_regular_file(path);
    struct stat status {};
    const bool same =
        fd && ::fstat(fd.get(), &status) == 0 && status.st_ino == entry.inode && status.st_dev == entry.device;
    return same ? std::move(fd) : base::UniqueFd();
}

// None of a process that has ended: what was mapped of files can still be had.
std::vector<PageSpan> touched_pages(pid_t pid, const Range& range) {
    try {
        return read_page_spans(pid, {&range, 1});
    } catch (const base::Error&) { return {}; }
}

}  // namespace

PageReader::PageReader(pid_t pid, std::vector<elf::MapEntry> maps)
    : pid_(pid), maps_(std::move(maps)), memory_(::open((folder_of(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!memory_) { throw base::system_error("reading the memory of process " + std::to_string(pid)); }
}

bool PageReader::for_each_mapping(RemoteAddr address, std::byte* destination, std::size_t size,
                                  const Part& part) const {
    if (size == 0) { return false; }
    const RemoteAddr end = address + size;
    auto entry = std::upper_bound(maps_.begin(), maps_.end(), address,
                                  [](RemoteAddr wanted, const elf::MapEntry& other) { return wanted < other.end; });
    bool any = false;
    for (; entry != maps_.end() && entry->begin < end; ++entry) {
        const RemoteAddr first = std::max(address, entry->begin);
        any |= part(*entry, first, destination + (first - address), std::min(end, entry->end) - first);
    }
    return any;
}

bool PageReader::read(RemoteAddr address, std::byte* destination, std::size_t size) const {
    const RemoteAddr end = address + size;
    Range asked;
    asked.begin = address.aligned_down(kPageBytes);
    asked.end = (end + (kPageBytes - 1)).aligned_down(kPageBytes);
    bool any = false;
    RemoteAddr at = address;
    for (const PageSpan& span : touched_pages(pid_, asked)) {
        const RemoteAddr first = std::max(span.begin, address);
        const RemoteAddr last = std::min(span.end, end);
        any |= read_untouched(at, destination + (at - address), first - at);
        any |= read_memory(first, destination + (first - address), last - first);
        at = last;
    }
    any |= read_untouched(at, destination + (at - address), end - at);
    return any;
}

bool PageReader::read_untouched(RemoteAddr address, std::byte* destination, std::size_t size) const {
    return for_each_mapping(address, destination, size,
                            [this](const elf::MapEntry& entry, RemoteAddr begin, std::byte* to, std::size_t length) {
                                return read_absent(entry, begin, to, length);
                            });
}

bool PageReader::read_absent(const elf::MapEntry& entry, RemoteAddr address, std::byte* destination,
                             std::size_t size) const {
    if (!is_file(entry)) { return !entry.shared || read_memory(address, destination, size); }
    const int fd = file_of(entry);
    if (fd < 0) { return read_memory(address, destination, size); }
    return read_file_bytes(fd, entry.offset + (address - entry.begin), destination, size);
}

// A page that cannot be read (behind the end of a mapped file) is zero.
bool PageReader::read_memory(RemoteAddr address, std::byte* destination, std::size_t size) const {
    bool any = false;
    while (size > 0) {
        const ssize_t count = ::pread64(memory_.get(), destination, size, static_cast<off64_t>(address.value()));
        if (count < 0 && errno == EINTR) { continue; }
        if (count > 0) { any = true; }
        const std::size_t to_page_end = kPageBytes - address.value() % kPageBytes;
        const std::size_t done = count > 0 ? static_cast<std::size_t>(count) : std::min(size, to_page_end);
        destination += done;
        address += done;
        size -= done;
    }
    return any;
}

int PageReader::file_of(const elf::MapEntry& entry) const {
    const auto [place, added] = files_.try_emplace({entry.device, entry.inode});
    if (added) {
        place->second = open_regular_file(mapped_file(pid_, entry));
        for (const std::string& root : {folder_of(pid_) + "/root", std::string()}) {
            if (!place->second) { place->second = open_same(root + entry.path, entry); }
        }
    }
    return place->second.get();
}

}  // namespace memray::heap
