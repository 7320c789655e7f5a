// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the memory of a process that runs without bringing any page into it: the pages that are there through
// /proc/PID/mem, those of files that are not there from the files. What was never touched is zero.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/base/unique_fd.h"
#include "injector/elf/memory_map.h"

namespace memray::heap {

class PageReader {
public:
    // `maps` are what is mapped in the process. Throws base::Error if its memory may not be read.
    PageReader(pid_t pid, std::vector<elf::MapEntry> maps);

    // `destination` is zero. False if nothing there can be read.
    bool read(base::RemoteAddr address, std::byte* destination, std::size_t size) const;
    // The same of pages that were not there at an earlier moment: what the process would have seen then.
    bool read_untouched(base::RemoteAddr address, std::byte* destination, std::size_t size) const;
    // As they are in memory, whatever that takes.
    bool read_memory(base::RemoteAddr address, std::byte* destination, std::size_t size) const;

    [[nodiscard]] const std::vector<elf::MapEntry>& maps() const noexcept { return maps_; }

private:
    using Part = std::function<bool(const elf::MapEntry&, base::RemoteAddr, std::byte*, std::size_t)>;
    bool for_each_mapping(base::RemoteAddr address, std::byte* destination, std::size_t size, const Part& part) const;
    bool read_absent(const elf::MapEntry& entry, base::RemoteAddr address, std::byte* destination,
                     std::size_t size) const;
    // As the process sees it, or as we do; -1 if it cannot be had.
    [[nodiscard]] int file_of(const elf::MapEntry& entry) const;

    pid_t pid_;
    std::vector<elf::MapEntry> maps_;
    base::UniqueFd memory_;
    // By device and inode; none where it cannot be opened, or another one is there now.
    mutable std::map<std::pair<std::uint64_t, std::uint64_t>, base::UniqueFd> files_;
};

}  // namespace memray::heap
