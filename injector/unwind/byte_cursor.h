// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the encodings of DWARF from bytes that may say anything. Beyond the end every read gives 0 and failed() is
// true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace memray::unwind {

using Bytes = std::span<const std::uint8_t>;

class ByteCursor {
public:
    explicit ByteCursor(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] bool done() const noexcept { return bytes_.empty(); }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] const std::uint8_t* position() const noexcept { return bytes_.data(); }

    template <typename Number>
    Number fixed() noexcept {
        Number value{};
        const Bytes taken = take(sizeof value);
        if (!taken.empty()) { std::memcpy(&value, taken.data(), sizeof value); }
        return value;
    }
    std::uint8_t byte() noexcept { return fixed<std::uint8_t>(); }
    std::uint64_t unsigned_leb() noexcept { return leb().value; }
    std::int64_t signed_leb() noexcept {
        const Leb number = leb();
        const bool negative = number.bits < 64 && number.bits > 0 && (number.value >> (number.bits - 1) & 1U) != 0;
        return static_cast<std::int64_t>(negative ? number.value | ~std::uint64_t{0} << number.bits : number.value);
    }
    Bytes take(std::uint64_t count) noexcept {
        if (count > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            return {};
        }
        const Bytes taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }

private:
    struct Leb {
        std::uint64_t value{0};
        unsigned bits{0};
    };
    Leb leb() noexcept {
        Leb number;
        std::uint8_t next = 0;
        do {
            next = byte();
            if (number.bits < 64) { number.value |= std::uint64_t{next & 0x7fU} << number.bits; }
            number.bits += 7;
        } while ((next & 0x80U) != 0);
        return number;
    }

    Bytes bytes_;
    bool failed_{false};
};

}  // namespace memray::unwind
