// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The two directions of a live connection as streams of frames: a length (32 bits, little-endian, at least 1), that
// many bytes. Nothing of what a frame holds is looked at here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "injector/capture/format.h"

namespace memray::live {

// Appends `content` as a frame.
void append_frame(capture::Bytes& stream, std::span<const std::uint8_t> content);

class FrameReader {
public:
    // A longer frame is a violation of the protocol.
    explicit FrameReader(std::size_t longest) : longest_(longest) {}

    void feed(std::span<const std::uint8_t> bytes);
    // The next whole frame, if it has arrived. Throws base::Error.
    [[nodiscard]] std::optional<capture::Bytes> next();

private:
    std::size_t longest_;
    capture::Bytes pending_;
    std::size_t read_{0};  // of pending_
};

}  // namespace memray::live
