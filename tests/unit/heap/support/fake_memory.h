// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A Memory of a test's own making. What is put there has to be put before it is looked at.
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "injector/heap/memory/memory.h"

namespace memray::heap::tests {

inline Range fake_range(std::uint64_t begin, std::uint64_t size, std::string path = {}) {
    Range range;
    range.begin = RemoteAddr(begin);
    range.end = RemoteAddr(begin + size);
    range.readable = true;
    range.writable = true;
    range.path = std::move(path);
    return range;
}

class FakeMemory : public Memory {
public:
    // Sorted by address; all bytes are zero.
    explicit FakeMemory(const std::vector<Range>& ranges) : Memory(ranges) {
        for (const Range& range : ranges) { contents_.emplace_back(range.size()); }
    }

    template <typename T>
    void put(RemoteAddr address, const T& value) {
        std::memcpy(place(address, sizeof value), &value, sizeof value);
    }
    void put_word(RemoteAddr address, std::uint64_t value) { put(address, value); }

protected:
    bool load(RemoteAddr address, std::byte* destination, std::size_t size) const override {
        std::memcpy(destination, const_cast<FakeMemory*>(this)->place(address, size), size);
        return true;
    }

private:
    std::byte* place(RemoteAddr address, std::size_t size) {
        const Range* range = find_range(ranges(), address);
        if (range == nullptr || size > range->end - address) { throw std::out_of_range("no memory there"); }
        return contents_[static_cast<std::size_t>(range - ranges().data())].data() + (address - range->begin);
    }

    std::vector<std::vector<std::byte>> contents_;
};

}  // namespace memray::heap::tests
