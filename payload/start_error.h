// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What memray_payload_start and memray_payload_stop return when they refuse.
#pragma once

namespace memray::payload {

enum StartError : int {
    kStarted = 0,
    kBadRegion = 1,        // the shared memory is not laid out as expected
    kOtherProtocol = 2,    // payload and controller are of different versions
    kNoForkDetection = 3,  // the kernel has no MADV_WIPEONFORK
    kAlreadyRecording = 4,
    kNotRecording = 5,  // memray_payload_stop: there are no hooks to take out
};

}  // namespace memray::payload
