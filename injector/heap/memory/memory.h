// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of a process as the heap reader sees it: what is mapped, and the bytes in it. Where they come from (a
// process that runs, one that is stopped, a frozen copy of one, a core file) is the business of who derives from it.
//
// One thread at a time. What is read is kept, so that what is looked at twice says the same.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "injector/elf/read_memory.h"
#include "injector/heap/memory/mirror.h"
#include "injector/heap/memory/range.h"

namespace memray::heap {

class Memory {
public:
    virtual ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }
    // Null if nothing is mapped there.
    [[nodiscard]] const Range* range_at(RemoteAddr address) const;

    // `size` bytes at `address`, good as long as this object; null unless all of them lie in one readable range. Pages
    // that the process has never touched are zero.
    [[nodiscard]] const std::byte* view(RemoteAddr address, std::size_t size) const;

    template <typename T>
    [[nodiscard]] std::optional<T> get(RemoteAddr address) const {
        static_assert(std::is_trivially_copyable_v<T>);
        const std::byte* bytes = view(address, sizeof(T));
        if (bytes == nullptr) { return std::nullopt; }
        T value;
        std::memcpy(&value, bytes, sizeof(T));
        return value;
    }
    // Zero where nothing can be read.
    [[nodiscard]] std::uint64_t word(RemoteAddr address) const { return get<std::uint64_t>(address).value_or(0); }
    // Up to the terminating zero; nothing if there is none within `limit` bytes.
    [[nodiscard]] std::optional<std::string> text(RemoteAddr address, std::size_t limit) const;

    // For those who read ELF images. Not to be used when this object is gone.
    [[nodiscard]] elf::ReadMemory reader() const;

protected:
    explicit Memory(std::vector<Range> ranges);

    // Copies `size` bytes at `address`, which lie in one range, to `destination`, which is zero. False: nothing there
    // can be read.
    virtual bool load(RemoteAddr address, std::byte* destination, std::size_t size) const = 0;

private:
    [[nodiscard]] const std::byte* view_in(std::size_t index, RemoteAddr address, std::size_t size) const;

    std::vector<Range> ranges_;
    mutable std::vector<std::unique_ptr<Mirror>> mirrors_;  // one for each range that was looked into
    mutable std::size_t last_{0};                           // index of the range that was found last
};

}  // namespace memray::heap
