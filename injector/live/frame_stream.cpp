// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/frame_stream.h"

#include <cstring>

#include "injector/live/protocol.h"

namespace memray::live {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);

}  // namespace

void append_frame(capture::Bytes& stream, std::span<const std::uint8_t> content) {
    const auto length = static_cast<std::uint32_t>(content.size());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&length);
    stream.insert(stream.end(), bytes, bytes + kLengthBytes);
    stream.insert(stream.end(), content.begin(), content.end());
}

void FrameReader::feed(std::span<const std::uint8_t> bytes) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

std::optional<capture::Bytes> FrameReader::next() {
    if (pending_.size() - read_ < kLengthBytes) { return std::nullopt; }
    std::uint32_t length = 0;
    std::memcpy(&length, pending_.data() + read_, kLengthBytes);
    if (length == 0 || length > longest_) { throw not_understood(); }
    if (pending_.size() - read_ - kLengthBytes < length) { return std::nullopt; }
    const auto begin = pending_.begin() + static_cast<std::ptrdiff_t>(read_ + kLengthBytes);
    capture::Bytes frame(begin, begin + length);
    read_ += kLengthBytes + length;
    return frame;
}

}  // namespace memray::live
