// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds the payload of a section.
#pragma once

#include <string_view>

#include "injector/capture/format.h"
#include "injector/capture/varint.h"

namespace memray::capture {

class ByteWriter {
public:
    void varint(std::uint64_t value) {
        std::uint8_t encoded[kMaxVarint];
        bytes_.insert(bytes_.end(), encoded, put_varint(encoded, value));
    }
    void raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
    void string(std::string_view text) {
        varint(text.size());
        raw(text);
    }
    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace memray::capture
