// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of a process as it was while it stood still: all private pages that the program can have written are
// copied then. What can be read afterwards as well is read when it is looked at: code and read-only data, from their
// files; shared memory and pages that were swapped out, as they are at that moment.
#pragma once

#include <span>
#include <vector>

#include "injector/heap/memory/memory.h"
#include "injector/heap/source/page_pool.h"
#include "injector/heap/source/page_reader.h"

namespace memray::heap {

// Pages that were there, or swapped out.
struct Extent {
    RemoteAddr begin;
    RemoteAddr end;
    std::byte* copy{nullptr};  // null if it was swapped out
};

// Pages of a process that stands still.
class PageCopy {
public:
    // Makes room for what is there now, while the process still runs. Throws base::Error.
    explicit PageCopy(pid_t pid);

    // While it stands still. Throws base::Error.
    void take(const PageReader& reader);

    // Sorted by address.
    [[nodiscard]] const std::vector<Extent>& extents() const noexcept { return extents_; }
    [[nodiscard]] std::uint64_t swapped() const noexcept { return swapped_; }  // bytes

private:
    pid_t pid_;
    PagePool pool_;
    std::vector<Extent> extents_;
    std::uint64_t swapped_{0};
};

class CopiedMemory : public Memory {
public:
    // `reader` was made while the process stood still.
    CopiedMemory(PageReader reader, PageCopy copy)
        : Memory(ranges_of(reader.maps())), reader_(std::move(reader)), copy_(std::move(copy)) {}

protected:
    bool load(RemoteAddr address, std::byte* destination, std::size_t size) const override;

private:
    // What was copied is handed on: no more than one copy is kept.
    void load_extent(const Extent& extent, RemoteAddr address, std::byte* destination, std::size_t size) const;
    bool load_rest(RemoteAddr address, std::byte* destination, std::size_t size) const;

    PageReader reader_;
    PageCopy copy_;
};

}  // namespace memray::heap
