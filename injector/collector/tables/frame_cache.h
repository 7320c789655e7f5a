// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which frame of the Profile a word of a stack record (wire::frame_word or wire::native_word) stands for: looked up for
// every frame that a thread enters. Words that mean nothing any more are dropped when room is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace memray::collector {

class FrameCache {
public:
    static constexpr std::uint32_t kNone = 0xffffffff;

    // kNone if the word is not there.
    [[nodiscard]] std::uint32_t find(std::uint64_t word) const noexcept {
        std::size_t at = home_of(word);
        for (; entries_[at].frame != kNone; at = (at + 1) & mask_) {
            if (entries_[at].word == word) { break; }
        }
        return entries_[at].frame;
    }

    // Of a word that is not there. keep(word): whether a word still means something.
    template <class Keep>
    void add(std::uint64_t word, std::uint32_t frame, Keep keep) {
        if ((used_ + 1) * 2 > entries_.size()) { make_room(keep); }
        put({word, frame});
    }

    [[nodiscard]] std::size_t size() const noexcept { return used_; }

private:
    struct Entry {
        std::uint64_t word{0};
        std::uint32_t frame{kNone};
    };

    [[nodiscard]] std::size_t home_of(std::uint64_t word) const noexcept {
        const std::uint64_t mixed = (word ^ (word >> 32U)) * 0x9E3779B97F4A7C15ULL;
        return (mixed >> 32U) & mask_;
    }
    void put(const Entry& entry) {
        std::size_t at = home_of(entry.word);
        while (entries_[at].frame != kNone) { at = (at + 1) & mask_; }
        entries_[at] = entry;
        ++used_;
    }
    template <class Keep>
    void make_room(Keep keep) {
        std::vector<Entry> kept;
        for (const Entry& entry : entries_) {
            if (entry.frame != kNone && keep(entry.word)) { kept.push_back(entry); }
        }
        std::size_t size = kFirstSize;
        while (kept.size() * 4 > size) { size *= 2; }
        entries_.assign(size, {});
        mask_ = size - 1;
        used_ = 0;
        for (const Entry& entry : kept) { put(entry); }
    }

    static constexpr std::size_t kFirstSize = 1024;

    std::vector<Entry> entries_ = std::vector<Entry>(kFirstSize);
    std::size_t mask_{kFirstSize - 1};
    std::size_t used_{0};
};

}  // namespace memray::collector
