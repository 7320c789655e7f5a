// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which pages of a process are in memory, which are swapped out, and which are neither: as /proc/PID/pagemap tells
// (Documentation/admin-guide/mm/pagemap.rst of Linux). To be asked before the memory itself is read: reading brings
// pages in.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "injector/heap/memory/range.h"

namespace memray::heap {

// Pages that follow each other and are alike.
struct PageSpan {
    RemoteAddr begin;
    RemoteAddr end;
    bool present{false};     // else it is swapped out
    bool file{false};        // a page of a file or of shared memory, not one of the process's own
    bool huge{false};        // mapped as a whole huge page
    bool maybe_zero{false};  // a page of zeros, or shared since a fork: kernels before 6.7 do not tell

    [[nodiscard]] std::uint64_t size() const noexcept { return end - begin; }
    [[nodiscard]] bool is_like(const PageSpan& other) const noexcept {
        return present == other.present && file == other.file && huge == other.huge && maybe_zero == other.maybe_zero;
    }
};

class ResidentPages {
public:
    // Those of `ranges`. Pages of zeros, which all processes share and which count nowhere as resident, are left out
    // where the kernel can tell them (Linux 6.7 and later). Throws base::Error if they may not be looked at.
    [[nodiscard]] static ResidentPages of(pid_t pid, std::span<const Range> ranges);
    // Of all that is mapped now.
    [[nodiscard]] static ResidentPages of(pid_t pid);

    // `spans` are sorted and do not overlap.
    explicit ResidentPages(std::vector<PageSpan> spans);

    [[nodiscard]] const std::vector<PageSpan>& spans() const noexcept { return spans_; }
    // Those that reach into [begin, end).
    [[nodiscard]] std::span<const PageSpan> spans_in(RemoteAddr begin, RemoteAddr end) const;
    [[nodiscard]] bool is_present(RemoteAddr address) const;
    // The first address from `address` on whose page is present or swapped out; the largest there is if none is.
    [[nodiscard]] RemoteAddr next_touched(RemoteAddr address) const;

    // Bytes of `begin` up to `end`, which need not be at borders of pages.
    [[nodiscard]] std::uint64_t present_between(RemoteAddr begin, RemoteAddr end) const;
    [[nodiscard]] std::uint64_t swapped_between(RemoteAddr begin, RemoteAddr end) const;

    // Bytes of all ranges.
    [[nodiscard]] std::uint64_t present() const noexcept { return present_; }
    [[nodiscard]] std::uint64_t swapped() const noexcept { return swapped_; }

private:
    struct Before {  // bytes in all spans before one
        std::uint64_t present{0};
        std::uint64_t swapped{0};
    };
    [[nodiscard]] std::size_t first_behind(RemoteAddr address) const;
    [[nodiscard]] Before before(RemoteAddr address) const;

    std::vector<PageSpan> spans_;
    std::vector<Before> before_;   // of each span
    mutable std::size_t last_{0};  // index of the span that was found last
    std::uint64_t present_{0};
    std::uint64_t swapped_{0};
};

}  // namespace memray::heap
