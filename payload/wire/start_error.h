// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What memray_payload_start and memray_payload_stop return to the controller.
#pragma once

namespace memray::wire {

enum StartError : int {
    kStarted = 0,
    kBadRegion = 1,        // the shared memory is not laid out as expected
    kOtherProtocol = 2,    // payload and controller are of different versions
    kNoForkDetection = 3,  // the kernel has no MADV_WIPEONFORK
    kAlreadyRecording = 4,
    kNotRecording = 5,  // memray_payload_stop: there is nothing to take out
    kStillInside = 6,   // memray_payload_stop: the hooks are out, but a thread in one needs the region; ask again
    kNoMemory = 7,      // the process may map no more
};

}  // namespace memray::wire
