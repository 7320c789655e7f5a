// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/originals.h"
#include "payload/interrupted.h"

namespace memray::payload {

extern "C" {

int hook_fork() {
    const int child = originals[0].fork();
    if (child == 0) { leave_recording_to_parent(); }
    return child;
}

int hook__Fork() {
    const int child = originals[0]._Fork();
    if (child == 0) { leave_recording_to_parent(); }
    return child;
}
}

}  // namespace memray::payload
