// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Takes a section's payload apart. Never reads beyond its end and believes no count: throws Corrupt instead.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "injector/base/error.h"
#include "injector/capture/format.h"
#include "injector/capture/varint.h"

namespace memray::capture {

// A section that no writer makes.
class Corrupt : public base::Error {
public:
    explicit Corrupt(const std::string& what) : base::Error("The capture file is corrupt: " + what + ".") {}
};

class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool done() const noexcept { return at_ == end_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    std::uint8_t byte() {
        if (at_ == end_) { throw Corrupt("a section ends too early"); }
        return *at_++;
    }

    std::uint64_t varint() {
        std::uint64_t value = byte();
        if (value <= 0x7f) { return value; }
        value &= 0x7fU;
        for (std::uint32_t shift = 7; shift < 64; shift += 7) {
            const std::uint64_t next = byte();
            value |= (next & 0x7fU) << shift;
            if (next <= 0x7f) { return value; }
        }
        throw Corrupt("a number is too long");
    }

    // A number of things that take at least `bytes_each` more bytes.
    std::size_t count(std::size_t bytes_each) {
        const std::uint64_t value = varint();
        if (value > remaining() / bytes_each) { throw Corrupt("a count is larger than its section"); }
        return static_cast<std::size_t>(value);
    }

    std::string_view raw(std::size_t length) {
        if (length > remaining()) { throw Corrupt("a section ends too early"); }
        const std::string_view text(reinterpret_cast<const char*>(at_), length);
        at_ += length;
        return text;
    }
    std::string_view string() { return raw(count(1)); }
    std::span<const std::uint8_t> rest() {
        const std::span<const std::uint8_t> bytes(at_, end_);
        at_ = end_;
        return bytes;
    }

private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

}  // namespace memray::capture
