// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as a core file: it is refused, or what can be read of it is what is in the file, without more memory than
// is looked at. No mapped file is opened.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "injector/base/error.h"
#include "injector/heap/source/core_memory.h"

namespace {

using memray::base::RemoteAddr;
using namespace memray::heap;

void require(bool good) {
    if (!good) { std::abort(); }
}

constexpr std::size_t kLook = 64;

// At both ends of what the file has of it.
void look_into(const CoreSegment& segment, const CoreMemory& memory, const std::uint8_t* data) {
    const std::uint64_t size = std::min<std::uint64_t>(kLook, segment.content);
    for (const std::uint64_t at : {std::uint64_t{0}, segment.content - size}) {
        const std::byte* seen = size == 0 ? nullptr : memory.view(segment.begin + at, size);
        require(seen == nullptr || std::memcmp(seen, data + segment.offset + at, size) == 0);
    }
    require(memory.range_at(segment.end() - 1) != nullptr);
    static_cast<void>(memory.view(segment.end() - 1, 1));
}

void require_order(const CoreMemory& memory) {
    RemoteAddr end;
    for (const Range& range : memory.ranges()) {
        require(end <= range.begin && range.begin < range.end);
        end = range.end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ReadCore read = [data, size](std::uint64_t offset, void* to, std::size_t count) {
        if (offset > size || size - offset < count) { return false; }
        if (count > 0) { std::memcpy(to, data + offset, count); }
        return true;
    };
    try {
        const CoreImage image = read_core_image(read, size);
        const CoreMemory memory(image, read, {});
        require_order(memory);
        for (const CoreSegment& segment : image.segments) { look_into(segment, memory, data); }
    } catch (const memray::base::Error&) {  // refused, or no room for so large a segment
    }
    return 0;
}
