// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a profile must say after a list of events, worked out the slow and plain way.
#pragma once

#include <vector>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"

// Fills in everything of `profile` that follows from the events.
void slow_replay(memray::capture::Profile& profile, const std::vector<memray::capture::Event>& events);
