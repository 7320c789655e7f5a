// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Native and Python frames in one stack, as they called each other.
#pragma once

#include "cli/report/stack_view.h"

namespace memray::report {

// Gives the sites of the profile that have a native stack one of both kinds of frames: see capture::NativeStack for
// where Python frames belong. The view must be that of the profile's Python stacks. Frames without a name are called
// "module+0xaddress". If the interpreter has no symbols, its Python frames are called by none of its functions: they
// are all above the native ones.
void add_native_frames(const capture::Profile& profile, StackView& view);

}  // namespace memray::report
