// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A controller that writes anything as the directory of modules and its tables: a walk in the target reads nothing that
// is not there, and ends. Input: three words to start from, each a part of the stack or of the module, then four
// entries of the directory, then the tables, and the same bytes once more as the stack.
#include "payload/stack/native_walk.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

using namespace memray;

namespace {

constexpr std::uint64_t kImage = 0x10000;
constexpr std::size_t kTables = wire::kPageSize;
constexpr std::size_t kStack = 2 * wire::kPageSize;
constexpr std::uint32_t kEntries = 4;
constexpr std::uint32_t kDepth = 64;

// Memory that ends at a page which cannot be read.
class Guarded {
public:
    explicit Guarded(std::size_t size) : size_(size) {
        data_ = static_cast<unsigned char*>(
            ::mmap(nullptr, size + wire::kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (data_ == MAP_FAILED || ::mprotect(data_ + size, wire::kPageSize, PROT_NONE) != 0) { std::abort(); }
    }
    ~Guarded() { ::munmap(data_, size_ + wire::kPageSize); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] unsigned char* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    unsigned char* data_;
    std::size_t size_;
};

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    void copy(void* to, std::size_t wanted) {
        const std::size_t count = std::min(wanted, size_);
        if (count > 0) { std::memcpy(to, data_, count); }
        data_ += count;
        size_ -= count;
    }
    std::uint16_t number() {
        std::uint16_t value = 0;
        copy(&value, sizeof value);
        return value;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

void fill(wire::ModuleDirectory& directory, Input& input) {
    directory.count = input.number();
    for (std::uint32_t i = 0; i < kEntries; ++i) {
        wire::ModuleEntry& entry = module_entries(directory)[i];
        entry.begin = kImage + input.number();
        entry.end = entry.begin + input.number();
        entry.table = wire::kTablesOffset + std::uint64_t{input.number()};
        entry.table_size = input.number();
    }
    input.copy(reinterpret_cast<unsigned char*>(&directory) + wire::kTablesOffset, kTables);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Guarded memory(wire::kTablesOffset + kTables);
    static const Guarded stack(kStack);
    static payload::TableViews tables;
    static const auto buffers = std::make_unique<payload::NativeBuffers>();
    std::fill_n(memory.data() + wire::kTablesOffset, kTables, static_cast<unsigned char>(0));
    std::fill_n(stack.data(), kStack, static_cast<unsigned char>(0));
    Input(data, size).copy(stack.data(), kStack);
    Input input(data, size);
    const auto place = reinterpret_cast<std::uint64_t>(stack.data());
    const payload::WalkStart start{kImage + input.number(), place + input.number() % kStack,
                                   place + input.number() % kStack};
    auto* directory = reinterpret_cast<wire::ModuleDirectory*>(memory.data());
    fill(*directory, input);
    directory->version.fetch_add(1);
    alignas(8) static std::array<unsigned char, payload::NativeRoom::bytes_for(kDepth)> frames;
    static payload::NativeRoom room{frames.data(), kDepth, 0, 0, 0, 0, 0, 0};
    tables.open_whole(memory.data() + wire::kTablesOffset, kTables);
    // The second time by what the first has found.
    for (int i = 0; i < 2; ++i) {
        payload::walk_native_stack({*directory, tables}, start, *buffers, room);
        if (room.walked == 0 || room.walked > kDepth) { std::abort(); }
    }
    return 0;
}
