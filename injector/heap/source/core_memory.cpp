// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/core_memory.h"

#include <algorithm>
#include <optional>

#include "injector/heap/source/file_bytes.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kHeapIsNear = std::uint64_t{2} << 30U;  // arch_randomize_brk() of Linux: at most 1 GB

// What belongs to one mapping of a file, or to none.
elf::MapEntry entry_of(const CoreSegment& segment, RemoteAddr begin, RemoteAddr end, const CoreMapping* mapping) {
    elf::MapEntry entry;
    entry.begin = begin;
    entry.end = end;
    entry.readable = segment.readable;
    entry.writable = segment.writable;
    entry.executable = segment.executable;
    if (mapping != nullptr) {
        entry.offset = mapping->offset + (begin - mapping->begin);
        entry.path = mapping->path;
    }
    return entry;
}

// What cannot be had is not readable.
void append(std::vector<elf::MapEntry>& entries, const CoreSegment& segment, elf::MapEntry entry,
            const MappedFiles& files) {
    const RemoteAddr content_end = segment.begin + segment.content;
    if (content_end >= entry.end || files.contains(entry.path)) {
        entries.push_back(std::move(entry));
        return;
    }
    elf::MapEntry rest = entry;
    rest.readable = false;
    if (content_end > entry.begin) {
        rest.offset += content_end - entry.begin;
        rest.begin = content_end;
        entry.end = content_end;
        entries.push_back(std::move(entry));
    }
    entries.push_back(std::move(rest));
}

void append_segment(std::vector<elf::MapEntry>& entries, const CoreSegment& segment, const CoreImage& image,
                    const MappedFiles& files) {
    for (RemoteAddr at = segment.begin; at < segment.end();) {
        const auto next = std::upper_bound(image.mappings.begin(), image.mappings.end(), at,
                                           [](RemoteAddr here, const CoreMapping& other) { return here < other.end; });
        const bool any = next != image.mappings.end() && next->begin < segment.end();
        const bool inside = any && next->begin <= at;
        const RemoteAddr border = !any ? segment.end() : inside ? next->end : next->begin;
        const RemoteAddr end = std::min(segment.end(), border);
        append(entries, segment, entry_of(segment, at, end, inside ? &*next : nullptr), files);
        at = end;
    }
}

// The first anonymous memory behind the program, which does not adjoin it unless there is nothing else: that is its
// .bss, or both in one.
elf::MapEntry* find_heap(std::vector<elf::MapEntry>& entries, const CoreImage& image) {
    const CoreMapping* program = find_mapping(image.mappings, image.entry);
    if (program == nullptr) { return nullptr; }
    RemoteAddr end;
    for (const CoreMapping& mapping : image.mappings) {
        if (mapping.path == program->path) { end = mapping.end; }
    }
    elf::MapEntry* found = nullptr;
    for (elf::MapEntry& entry : entries) {
        if (entry.begin < end || entry.begin - end > kHeapIsNear || !entry.writable || !entry.path.empty()) {
            continue;
        }
        if (found == nullptr || found->begin == end) { found = &entry; }
    }
    return found;
}

// The names that the kernel has for memory without a file are not in a core.
void name_entries(std::vector<elf::MapEntry>& entries, const CoreImage& image) {
    for (elf::MapEntry& entry : entries) {
        const bool holds_it = entry.begin <= image.stack_bytes && image.stack_bytes < entry.end;
        if (holds_it && entry.path.empty()) { entry.path = "[stack]"; }
    }
    if (elf::MapEntry* heap = find_heap(entries, image)) { heap->path = "[heap]"; }
}

// What of mapped files no segment tells of: gdb leaves out what is not in the core.
void append_rest(std::vector<elf::MapEntry>& entries, const CoreMapping& mapping, const CoreImage& image,
                 const MappedFiles& files) {
    CoreSegment unknown;
    unknown.readable = files.contains(mapping.path);
    for (RemoteAddr at = mapping.begin; at < mapping.end;) {
        const auto next =
            std::upper_bound(image.segments.begin(), image.segments.end(), at,
                             [](RemoteAddr here, const CoreSegment& other) { return here < other.end(); });
        const RemoteAddr end = next == image.segments.end() ? mapping.end : std::min(mapping.end, next->begin);
        if (end > at) { entries.push_back(entry_of(unknown, at, end, &mapping)); }
        at = next == image.segments.end() ? mapping.end : next->end();
    }
}

std::vector<Range> ranges_in(const CoreImage& image, const MappedFiles& files) {
    std::vector<elf::MapEntry> entries;
    for (const CoreSegment& segment : image.segments) { append_segment(entries, segment, image, files); }
    for (const CoreMapping& mapping : image.mappings) { append_rest(entries, mapping, image, files); }
    std::sort(entries.begin(), entries.end(),
              [](const elf::MapEntry& left, const elf::MapEntry& right) { return left.begin < right.begin; });
    name_entries(entries, image);
    return ranges_of(entries);
}

}  // namespace

CoreMemory::CoreMemory(CoreImage image, ReadCore read, MappedFiles files)
    : Memory(ranges_in(image, files)), image_(std::move(image)), read_(std::move(read)), files_(std::move(files)) {}

bool CoreMemory::load(RemoteAddr address, std::byte* destination, std::size_t size) const {
    bool any = false;
    while (size > 0) {
        const Part part = load_part(address, destination, size);
        any |= part.read;
        address += part.size;
        destination += part.size;
        size -= part.size;
    }
    return any;
}

CoreMemory::Part CoreMemory::load_part(RemoteAddr address, std::byte* destination, std::size_t size) const {
    const auto segment = std::upper_bound(image_.segments.begin(), image_.segments.end(), address,
                                          [](RemoteAddr at, const CoreSegment& other) { return at < other.end(); });
    if (segment == image_.segments.end()) { return {size, load_from_file(address, destination, size)}; }
    if (address < segment->begin) {
        const std::size_t length = std::min(size, segment->begin - address);
        return {length, load_from_file(address, destination, length)};
    }
    const RemoteAddr content_end = segment->begin + segment->content;
    if (address < content_end) {
        const std::size_t length = std::min(size, content_end - address);
        return {length, read_(segment->offset + (address - segment->begin), destination, length)};
    }
    const std::size_t length = std::min(size, segment->end() - address);
    return {length, load_from_file(address, destination, length)};
}

bool CoreMemory::load_from_file(RemoteAddr address, std::byte* destination, std::size_t size) const {
    const CoreMapping* mapping = find_mapping(image_.mappings, address);
    const auto file = mapping != nullptr ? files_.find(mapping->path) : files_.end();
    if (file == files_.end()) { return false; }
    const std::size_t length = std::min(size, mapping->end - address);
    return read_file_bytes(file->second.get(), mapping->offset + (address - mapping->begin), destination, length);
}

}  // namespace memray::heap
