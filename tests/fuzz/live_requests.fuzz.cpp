// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as what a viewer sends to a recorder: requests, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "injector/base/error.h"
#include "injector/live/frame_stream.h"
#include "injector/live/protocol.h"

namespace live = memray::live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    live::FrameReader frames(live::kLongestRequest);
    bool greeted = false;
    try {
        for (std::size_t at = 0; at < size; ++at) {  // byte by byte, as a hostile viewer might
            frames.feed({data + at, 1});
            while (const auto frame = frames.next()) {
                if (!greeted) {
                    live::check_viewer_hello(*frame);
                } else if (live::encode_request(live::decode_request(*frame)) != *frame) {
                    std::abort();
                }
                greeted = true;
            }
        }
    } catch (const memray::base::Error&) {  // the one way to fail
    }
    return 0;
}
