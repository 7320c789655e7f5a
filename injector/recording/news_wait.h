// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sleeping until any of several shared words changes, or a traced process has something to tell.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace memray::recording {

class NewsWait {
public:
    // From now on SIGCHLD ends a wait; one at a time in a process.
    NewsWait();
    ~NewsWait();
    NewsWait(const NewsWait&) = delete;
    NewsWait& operator=(const NewsWait&) = delete;

    // Before it is looked for what a SIGCHLD tells of.
    void begin_look();
    // The next wait ends as soon as `word` is not `seen` any more.
    void watch(const std::atomic<std::uint32_t>& word, std::uint32_t seen);
    // Sleeps until then, but no longer than `time`, and forgets the words. Kernels before 5.16 can only wait for one:
    // there it looks every millisecond.
    void wait(std::chrono::milliseconds time);

private:
    struct Word {
        std::uint64_t value;
        std::uint64_t address;
        std::uint32_t flags;
        std::uint32_t reserved;
    };  // struct futex_waitv of <linux/futex.h>

    std::vector<Word> words_;
    std::uint32_t signals_{0};
};

}  // namespace memray::recording
