// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A directory with one module, whose code is left by one rule every 256 bytes, and a thread's walks by it.
#pragma once

#include <sys/mman.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "payload/stack/native_walk.h"
#include "payload/wire/record.h"

namespace memray::tests {

inline constexpr std::uint64_t kImage = 0x10000;
inline constexpr std::uint64_t kImageSize = 0x10000;

// Where each rule applies, from there on for 256 bytes: bytes from the start of the image.
inline constexpr std::uint64_t kStop = 0x000;
inline constexpr std::uint64_t kByRsp = 0x100;
inline constexpr std::uint64_t kByRbp = 0x200;
inline constexpr std::uint64_t kPlt = 0x300;
inline constexpr std::uint64_t kSignal = 0x400;
inline constexpr std::uint64_t kOutermost = 0x500;
inline constexpr std::uint64_t kLoaded = 0x600;
inline constexpr std::uint64_t kBaseLost = 0x700;

inline std::vector<wire::UnwindRule> rules() {
    using wire::CfaRule;
    using wire::SavedAt;
    std::vector<wire::UnwindRule> all(8);
    all[1] = {CfaRule::kFromRsp, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 16, 0, 0, -8};
    all[2] = {CfaRule::kFromRbp, SavedAt::kFromCfa, SavedAt::kFromCfa, 0, 16, 0, -16, -8};
    all[3] = {CfaRule::kPlt, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 8, 11, 0, -8};
    all[4] = {CfaRule::kLoadFromRsp, SavedAt::kFromRsp, SavedAt::kFromRsp, 1, 16, 0, 8, 24};
    all[5] = {CfaRule::kOutermost, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 0, 0, 0, -8};
    all[6] = {CfaRule::kLoadFromRbp, SavedAt::kFromRbp, SavedAt::kFromCfa, 0, -8, 8, 0, -8};
    all[7] = {CfaRule::kFromRsp, SavedAt::kLost, SavedAt::kFromCfa, 0, 8, 0, 0, -8};
    return all;
}

// A directory with one module, whose rows begin every 256 bytes.
class Directory {
public:
    Directory() : size_(wire::kTablesOffset + wire::kPageSize) {
        data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        const std::vector<wire::UnwindRule> all = rules();
        const auto count = static_cast<std::uint32_t>(all.size());
        auto* bytes = static_cast<unsigned char*>(data_) + wire::kTablesOffset;
        const wire::UnwindTable header{count, count};
        std::memcpy(bytes, &header, sizeof header);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t begin = i * 0x100;
            const auto number = static_cast<std::uint16_t>(i);
            std::memcpy(bytes + wire::unwind_rows_offset() + i * sizeof begin, &begin, sizeof begin);
            std::memcpy(bytes + wire::unwind_numbers_offset(count) + i * sizeof number, &number, sizeof number);
        }
        std::memcpy(bytes + wire::unwind_rules_offset(count), all.data(), all.size() * sizeof(wire::UnwindRule));
        tables_.open_whole(bytes, wire::kPageSize);
        add(kImage, static_cast<std::uint32_t>(wire::unwind_table_size(count, count)));
    }
    ~Directory() { ::munmap(data_, size_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    void add(std::uint64_t begin, std::uint32_t table_size) {
        const std::uint32_t number = directory().count.load();
        wire::ModuleEntry& added = entry(number + 1);
        added.table = wire::kTablesOffset;
        added.table_size = table_size;
        added.begin = begin;
        added.end = begin + kImageSize;
        directory().count = number + 1;
    }
    [[nodiscard]] wire::ModuleDirectory& directory() const { return *static_cast<wire::ModuleDirectory*>(data_); }
    [[nodiscard]] wire::ModuleEntry& entry(std::uint32_t number) const {
        return wire::module_entries(directory())[number - 1];
    }
    [[nodiscard]] payload::Modules modules() { return {directory(), tables_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::size_t size_;
    void* data_;
    payload::TableViews tables_{};
};

// What a thread keeps of its walks.
class Walker {
public:
    explicit Walker(std::uint32_t capacity)
        : memory_(payload::NativeRoom::bytes_for(capacity) / sizeof(std::uint64_t)),
          room_{reinterpret_cast<unsigned char*>(memory_.data()), capacity, 0, 0, 0, 0, 0, 0} {}

    // Innermost first.
    std::vector<std::uint64_t> walk(const payload::Modules& modules, const payload::WalkStart& start) {
        result = payload::walk_native_stack(modules, start, *buffers_, room_);
        std::vector<std::uint64_t> words;
        for (std::uint32_t i = room_.walked; i > 0; --i) { words.push_back(room_.frames()[i - 1].word); }
        return words;
    }
    payload::NativeRoom& room() { return room_; }

    payload::WalkResult result{};

private:
    std::unique_ptr<payload::NativeBuffers> buffers_ = std::make_unique<payload::NativeBuffers>();
    std::vector<std::uint64_t> memory_;
    payload::NativeRoom room_;
};

}  // namespace memray::tests
