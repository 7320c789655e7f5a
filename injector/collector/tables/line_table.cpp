// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/line_table.h"

#include <optional>

namespace memray::collector {
namespace {

constexpr std::uint32_t kPython310 = 0x030A0000;
constexpr std::uint32_t kPython311 = 0x030B0000;

class Bytes {
public:
    explicit Bytes(std::string_view data) : data_(data) {}
    [[nodiscard]] bool empty() const { return at_ >= data_.size(); }
    std::uint8_t next() { return empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(data_[at_++]); }
    std::int8_t next_signed() { return static_cast<std::int8_t>(next()); }
    void skip(std::size_t count) { at_ += count; }

    // Groups of six bits, lowest first; bit 6 says that another one follows.
    std::int64_t varint() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        std::uint8_t byte = 0;
        do {
            byte = next();
            if (shift < 60) { value |= std::uint64_t{byte & 0x3fU} << shift; }
            shift += 6;
        } while ((byte & 0x40U) != 0);
        return static_cast<std::int64_t>(value);
    }
    std::int64_t signed_varint() {
        const std::int64_t value = varint();
        return (value & 1) != 0 ? -(value >> 1) : value >> 1;
    }

private:
    std::string_view data_;
    std::size_t at_{0};
};

using Line = std::optional<std::int64_t>;

// Python 3.9 and older: (bytes, signed lines), the lines count from the address after the bytes.
Line lnotab_line(Bytes bytes, std::int64_t line, std::int64_t offset) {
    std::int64_t address = 0;
    while (!bytes.empty()) {
        address += bytes.next();
        if (address > offset) { break; }
        line += bytes.next_signed();
    }
    return line;
}

// Python 3.10: (bytes, signed lines), the lines count for these bytes; -128 marks bytes without a line.
Line linetable_line(Bytes bytes, std::int64_t line, std::int64_t offset) {
    std::int64_t address = 0;
    while (!bytes.empty()) {
        address += bytes.next();
        const std::int8_t delta = bytes.next_signed();
        if (delta != -128) { line += delta; }
        if (offset < address) { return delta == -128 ? Line{} : Line{line}; }
    }
    return {};
}

// The codes of the location table (CPython, Objects/locations.md).
constexpr unsigned kNoLocation = 15;
constexpr unsigned kLongForm = 14;
constexpr unsigned kNoColumns = 13;
constexpr unsigned kFirstOneLine = 10;

// Reads the rest of one entry; the change of line in it.
std::int64_t entry_delta(Bytes& bytes, unsigned code) {
    switch (code) {
        case kNoLocation:
            return 0;
        case kLongForm: {
            const std::int64_t delta = bytes.signed_varint();
            for (int i = 0; i < 3; ++i) { bytes.varint(); }
            return delta;
        }
        case kNoColumns:
            return bytes.signed_varint();
        default:
            if (code >= kFirstOneLine) {
                bytes.skip(2);
                return code - kFirstOneLine;
            }
            bytes.skip(1);
            return 0;
    }
}

Line location_line(Bytes bytes, std::int64_t line, std::int64_t offset) {
    std::int64_t address = 0;
    while (!bytes.empty()) {
        const unsigned first = bytes.next();
        const unsigned code = (first >> 3U) & 15U;
        address += ((first & 7U) + 1) * 2;
        line += entry_delta(bytes, code);
        if (offset < address) { return code == kNoLocation ? Line{} : Line{line}; }
    }
    return {};
}

}  // namespace

std::uint32_t line_of(std::string_view table, std::uint32_t hex_version, std::uint32_t first_line,
                      std::int32_t offset) {
    if (offset < 0) { return first_line; }
    const auto decode = hex_version < kPython310   ? lnotab_line
                        : hex_version < kPython311 ? linetable_line
                                                   : location_line;
    const std::int64_t line = decode(Bytes(table), first_line, offset).value_or(first_line);
    return line < 0 || line > 0xffffffffLL ? first_line : static_cast<std::uint32_t>(line);
}

}  // namespace memray::collector
