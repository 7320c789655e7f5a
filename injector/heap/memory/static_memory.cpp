// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/static_memory.h"

#include <elf.h>

#include <algorithm>
#include <iterator>

#include "injector/elf/segments.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kLargestSegment = std::uint64_t{1} << 32U;

}  // namespace

StaticMemory::StaticMemory(const Memory& memory) {
    for (const Range& range : memory.ranges()) {
        if (!range.is_file() || range.file_offset != 0 || !range.readable) { continue; }
        const elf::Segments image = elf::read_segments(memory.reader(), range.begin);
        for (const Elf64_Phdr& segment : image.headers) {
            const bool writable = segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0;
            if (!writable || segment.p_memsz > kLargestSegment) { continue; }
            const RemoteAddr begin = image.bias + segment.p_vaddr;
            const RemoteAddr end = (begin + segment.p_memsz + (kPageBytes - 1)).aligned_down(kPageBytes);
            add_segment(memory, begin.aligned_down(kPageBytes), end, range);
        }
    }
    std::sort(ranges_.begin(), ranges_.end(),
              [](const StaticRange& one, const StaticRange& other) { return one.begin < other.begin; });
    // Headers may say anything.
    const auto overlaps = [](const StaticRange& one, const StaticRange& other) { return other.begin < one.end; };
    ranges_.erase(std::unique(ranges_.begin(), ranges_.end(), overlaps), ranges_.end());
}

// As far as it is mapped, one part for each range: what is read-only after relocation is a range of its own.
void StaticMemory::add_segment(const Memory& memory, RemoteAddr begin, RemoteAddr end, const Range& file) {
    while (begin < end) {
        const Range* range = memory.range_at(begin);
        if (range == nullptr) { return; }
        const RemoteAddr part_end = std::min(end, range->end);
        ranges_.push_back({begin, part_end, &file});
        begin = part_end;
    }
}

const StaticRange* StaticMemory::at(RemoteAddr address) const {
    const StaticRange* found = last_from(std::span(ranges_), address);
    return found != nullptr && address < found->end ? found : nullptr;
}

std::vector<StaticRange> StaticMemory::of_image(RemoteAddr address) const {
    std::vector<StaticRange> found;
    const StaticRange* one = at(address);
    std::copy_if(ranges_.begin(), ranges_.end(), std::back_inserter(found),
                 [one](const StaticRange& range) { return one != nullptr && range.file == one->file; });
    return found;
}

}  // namespace memray::heap
