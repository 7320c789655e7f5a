// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/mirror.h"

#include <sys/mman.h>

#include <algorithm>

#include "injector/base/error.h"

namespace memray::heap {
namespace {

std::byte* reserve(std::uint64_t size) {
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) { throw base::system_error("making room for a copy of memory"); }
    return static_cast<std::byte*>(data);
}

// A byte for each chunk, too; of what is no size of a range, one that cannot be had.
std::uint64_t mapped_size(std::uint64_t size) {
    constexpr std::uint64_t kNone = std::uint64_t{1} << 62U;
    return size < kNone ? size + size / Mirror::kChunk + 1 : kNone;
}

}  // namespace

Mirror::Mirror(std::uint64_t size)
    : data_(reserve(mapped_size(size))), size_(size), chunks_(reinterpret_cast<State*>(data_ + size)) {
    static_assert(sizeof(State) == 1 && State{} == State::kUnknown);
}

Mirror::~Mirror() { ::munmap(data_, mapped_size(size_)); }

const std::byte* Mirror::view(std::uint64_t offset, std::size_t size, const Load& load) {
    const std::size_t last = size == 0 ? offset / kChunk : (offset + size - 1) / kChunk;
    for (std::size_t chunk = offset / kChunk; chunk <= last; ++chunk) {
        State& state = chunks_[chunk];
        if (state == State::kUnknown) {
            const std::uint64_t begin = chunk * kChunk;
            const std::size_t length = std::min<std::uint64_t>(kChunk, size_ - begin);
            state = load(begin, data_ + begin, length) ? State::kLoaded : State::kUnreadable;
        }
        if (state == State::kUnreadable) { return nullptr; }
    }
    return data_ + offset;
}

}  // namespace memray::heap
