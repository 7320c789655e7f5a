// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/glibc/main_arena.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace memray::heap {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kBins = 127;
constexpr std::uint64_t kBinSize = 2 * kWord;
constexpr std::uint64_t kBinsSize = kBins * kBinSize;
// Lists of a program that runs change between one look and the next; but nothing else has so many pairs like these.
constexpr std::size_t kFewestGood = kBins / 4;
// A bin is used as if it were a chunk, of which these are the only fields that are there.
constexpr std::uint64_t kForward = 16;
constexpr std::uint64_t kBackward = 24;

constexpr std::array<MallocStateLayout, 2> kLayouts{{{0x70, true},     // 2.27 to 2.42
                                                     {0x18, false}}};  // 2.43
constexpr std::uint64_t kLongestData = std::uint64_t{256} << 20U;
constexpr std::size_t kMostArenas = 1U << 14U;  // malloc makes eight for each processor
constexpr unsigned kMostTries = 16;             // what looks like bins, but belongs to no arena, may be everywhere

std::uint64_t word_at(const std::byte* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

bool is_bin(const Memory& memory, const std::byte* pair, RemoteAddr address) {
    const std::uint64_t self = address.value() - kForward;
    const std::uint64_t first = word_at(pair);
    const std::uint64_t last = word_at(pair + kWord);
    if (first == self || last == self) { return first == last; }
    return memory.word(RemoteAddr(first) + kBackward) == self && memory.word(RemoteAddr(last) + kForward) == self;
}

bool is_empty_bin(const std::byte* pair, RemoteAddr address) {
    return word_at(pair) == address.value() - kForward && word_at(pair + kWord) == word_at(pair);
}

// The last bin is of no size: always empty. Where bins end is told by it, and by what follows, which is none.
bool are_bins(const Memory& memory, const std::byte* bytes, RemoteAddr address) {
    const std::uint64_t last = kBinsSize - kBinSize;
    if (!is_empty_bin(bytes + last, address + last)) { return false; }
    if (is_empty_bin(bytes + kBinsSize, address + kBinsSize)) { return false; }
    std::size_t good = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        if (is_bin(memory, bytes + bin * kBinSize, address + bin * kBinSize)) { ++good; }
    }
    return good >= kFewestGood;
}

bool are_bins_at(const Memory& memory, RemoteAddr address) {
    const std::byte* bytes = memory.view(address, kStateBehindBins);
    return bytes != nullptr && are_bins(memory, bytes, address);
}

// All that lead back to the first; empty if they do not.
std::vector<RemoteAddr> ring(const Memory& memory, RemoteAddr first, const MallocStateLayout& layout) {
    std::vector<RemoteAddr> states{first};
    while (states.size() < kMostArenas) {
        const RemoteAddr next(memory.word(states.back() + layout.bins + kNextBehindBins));
        if (next == first) { return states; }
        if (!are_bins_at(memory, next + layout.bins)) { break; }
        states.push_back(next);
    }
    return {};
}

std::optional<MallocStates> states_around(const Memory& memory, RemoteAddr bins) {
    for (const MallocStateLayout& layout : kLayouts) {
        std::vector<RemoteAddr> states = ring(memory, bins - layout.bins, layout);
        if (!states.empty()) { return MallocStates{layout, std::move(states)}; }
    }
    return std::nullopt;
}

std::optional<MallocStates> find_in(const Memory& memory, const Range& range, unsigned& tries) {
    if (range.size() > kLongestData || range.size() < kStateBehindBins) { return std::nullopt; }
    const std::byte* bytes = memory.view(range.begin, range.size());
    if (bytes == nullptr) { return std::nullopt; }
    for (std::uint64_t offset = 0; offset + kStateBehindBins <= range.size(); offset += kWord) {
        if (!are_bins(memory, bytes + offset, range.begin + offset)) { continue; }
        if (tries++ == kMostTries) { break; }
        if (auto states = states_around(memory, range.begin + offset)) { return states; }
    }
    return std::nullopt;
}

// "libc.so.6", before 2.34 a link to "libc-2.31.so".
bool is_libc(const Range& range) {
    const std::string_view path = range.path;
    const std::string_view name = path.substr(std::min(path.rfind('/'), path.size() - 1) + 1);
    return name.starts_with("libc.so") || name.starts_with("libc-2.");
}

bool is_data(const Range& range) { return range.is_file() && range.writable && range.readable && !range.shared; }

}  // namespace

// Programs that are linked statically have it in their own data.
std::optional<MallocStates> find_malloc_states(const Memory& memory) {
    unsigned tries = 0;
    for (const bool of_libc : {true, false}) {
        for (const Range& range : memory.ranges()) {
            if (!is_data(range) || is_libc(range) != of_libc) { continue; }
            if (auto states = find_in(memory, range, tries)) { return states; }
        }
    }
    return std::nullopt;
}

}  // namespace memray::heap
