// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The call stacks of a profile as reports show them: one tree, whatever its frames are made of. Reports build on this
// and never on the profile's own stacks, so filters and other kinds of frames come in at one place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

enum class FrameKind : std::uint8_t { kPython, kNative };

struct ViewFrame {
    std::uint32_t function{0};  // strings
    std::uint32_t file{0};      // strings
    std::uint32_t line{0};      // 0: not known
    FrameKind kind{FrameKind::kPython};
    std::uint32_t first_line{0};  // of the function; 0: not known

    friend bool operator==(const ViewFrame&, const ViewFrame&) = default;
};

struct StackView {
    std::vector<std::string> strings;
    std::vector<ViewFrame> frames;
    std::vector<capture::Stack> stacks;  // stacks[i].parent < i; stacks[0] is the empty stack
    std::vector<std::uint32_t> of_site;  // stacks; or kLeftOut, one for each site of the profile
};

inline constexpr std::uint32_t kLeftOut = 0xffffffff;  // a site that filters took out of the report

// With the native frames that the profile has.
[[nodiscard]] StackView make_stack_view(const capture::Profile& profile);

// The same, for a profile that is needed for its other tables only: the view may have taken strings and stacks from it,
// which are what takes most memory of a large one.
[[nodiscard]] StackView take_stack_view(capture::Profile& profile);

// Takes frames out of all stacks: what they allocated counts for the nearest caller that stays. One answer for each
// frame. Stacks keep their numbers.
void take_out(StackView& view, const std::vector<bool>& unwanted);

// For each frame of the view, the first one that is equal.
[[nodiscard]] std::vector<std::uint32_t> first_equal_frames(const StackView& view);

// "function at file:line", "function at file" without a line; "???" if the frame has no name.
[[nodiscard]] std::string frame_text(const StackView& view, const ViewFrame& frame);

}  // namespace memray::report
