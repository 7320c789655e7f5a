// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/memory.h"

#include <algorithm>

namespace memray::heap {

Memory::Memory(std::vector<Range> ranges) : ranges_(std::move(ranges)), mirrors_(ranges_.size()) {}
Memory::~Memory() = default;

const Range* Memory::range_at(RemoteAddr address) const {
    if (last_ < ranges_.size() && ranges_[last_].contains(address)) { return &ranges_[last_]; }
    const Range* found = find_range(ranges_, address);
    if (found != nullptr) { last_ = static_cast<std::size_t>(found - ranges_.data()); }
    return found;
}

const std::byte* Memory::view(RemoteAddr address, std::size_t size) const {
    const Range* range = range_at(address);
    if (range == nullptr || !range->readable || size > range->end - address) { return nullptr; }
    return view_in(static_cast<std::size_t>(range - ranges_.data()), address, size);
}

const std::byte* Memory::view_in(std::size_t index, RemoteAddr address, std::size_t size) const {
    const Range& range = ranges_[index];
    std::unique_ptr<Mirror>& mirror = mirrors_[index];
    if (!mirror) { mirror = std::make_unique<Mirror>(range.size()); }
    return mirror->view(address - range.begin, size,
                        [&](std::uint64_t offset, std::byte* destination, std::size_t length) {
                            return load(range.begin + offset, destination, length);
                        });
}

std::optional<std::string> Memory::text(RemoteAddr address, std::size_t limit) const {
    const Range* range = range_at(address);
    if (range == nullptr) { return std::nullopt; }
    const std::size_t most = std::min<std::uint64_t>(limit, range->end - address);
    const auto* bytes = reinterpret_cast<const char*>(view(address, most));
    if (bytes == nullptr) { return std::nullopt; }
    const std::size_t length = ::strnlen(bytes, most);
    if (length == most) { return std::nullopt; }
    return std::string(bytes, length);
}

elf::ReadMemory Memory::reader() const {
    return [this](RemoteAddr address, void* data, std::size_t size) {
        const std::byte* bytes = view(address, size);
        if (bytes == nullptr) { return false; }
        std::memcpy(data, bytes, size);
        return true;
    };
}

}  // namespace memray::heap
