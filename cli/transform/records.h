// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the formats of other tools are made from: one record per stack and allocator, whatever the thread, as in memray.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::transform {

inline constexpr std::int64_t kMergedThreads = -1;

struct Record {
    capture::Allocator allocator{capture::Allocator::kNone};
    capture::Amount amount;
    std::int64_t thread{kMergedThreads};  // Thread::id, if all of the record's allocations are of one thread
    std::string thread_name;              // "0x1 (MainThread)", "merged thread"
    std::uint32_t stack{0};               // stacks of the view
};

// The records that hold anything, in order of the profile's sites.
[[nodiscard]] std::vector<Record> records(const capture::Profile& profile, const report::StackView& view,
                                          const report::Selection& selection);

// "0x1 (MainThread)"
[[nodiscard]] std::string thread_text(const capture::Thread& thread);

// A frame in words; they are those of the view.
struct NamedFrame {
    std::string_view function;
    std::string_view file;  // may be empty
    std::uint32_t line{0};  // 0: not known

    friend auto operator<=>(const NamedFrame&, const NamedFrame&) = default;
};

// Frames of a stack of the view, the allocating function first; "???" for the empty stack.
[[nodiscard]] std::vector<NamedFrame> named_frames(const report::StackView& view, std::uint32_t stack);

}  // namespace memray::transform
