// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a core file says: which memory is in it, what was mapped of which files, and where the threads were (core(5),
// fs/binfmt_elf.c of Linux). Nothing that it says is believed without a check; sizes and loops are bounded.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/heap/source/thread_state.h"

namespace memray::heap {

// PT_LOAD.
struct CoreSegment {
    base::RemoteAddr begin;
    std::uint64_t size{0};     // bytes in memory
    std::uint64_t content{0};  // bytes of it that are in the file, from the beginning on
    std::uint64_t offset{0};   // in the file
    bool readable{false};
    bool writable{false};
    bool executable{false};

    [[nodiscard]] base::RemoteAddr end() const noexcept { return begin + size; }
};

// Of NT_FILE.
struct CoreMapping {
    base::RemoteAddr begin;
    base::RemoteAddr end;
    std::uint64_t offset{0};  // in the mapped file
    std::string path;
};

struct CoreImage {
    std::vector<CoreSegment> segments;  // sorted, without overlaps
    std::vector<CoreMapping> mappings;  // sorted, without overlaps
    std::vector<ThreadState> threads;
    base::RemoteAddr entry;        // in the program (AT_ENTRY); null if that is not told
    base::RemoteAddr stack_bytes;  // somewhere in the first stack (AT_RANDOM); null if that is not told
};

// All bytes that are asked for, at this position of the file, or false.
using ReadCore = std::function<bool(std::uint64_t offset, void* data, std::size_t size)>;

// Of a file of `size` bytes. Throws base::Error: " is ...", what is to follow the name of the file.
[[nodiscard]] CoreImage read_core_image(const ReadCore& read, std::uint64_t size);

// The one that holds `address`, of sorted ones; null if there is none.
[[nodiscard]] const CoreSegment* find_segment(std::span<const CoreSegment> segments, base::RemoteAddr address);
[[nodiscard]] const CoreMapping* find_mapping(std::span<const CoreMapping> mappings, base::RemoteAddr address);

}  // namespace memray::heap
