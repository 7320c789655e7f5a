// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/section.h"

#include <lz4.h>
#include <zlib.h>

#include <cstring>

#include "injector/capture/byte_reader.h"

namespace memray::capture {
namespace {

std::uint32_t crc(std::span<const std::uint8_t> bytes) noexcept {
    return static_cast<std::uint32_t>(::crc32_z(0, bytes.data(), bytes.size()));
}

std::uint32_t header_crc(const SectionHeader& header) noexcept {
    return crc({reinterpret_cast<const std::uint8_t*>(&header), offsetof(SectionHeader, header_checksum)});
}

// Compresses to `out` from `start` on. Returns false if that does not pay.
bool compress_to(Bytes& out, std::size_t start, std::span<const std::uint8_t> payload) {
    if (payload.size() > LZ4_MAX_INPUT_SIZE) { return false; }
    const int bound = LZ4_compressBound(static_cast<int>(payload.size()));
    out.resize(start + static_cast<std::size_t>(bound));
    const int length =
        LZ4_compress_default(reinterpret_cast<const char*>(payload.data()), reinterpret_cast<char*>(out.data() + start),
                             static_cast<int>(payload.size()), bound);
    const bool pays = length > 0 && static_cast<std::size_t>(length) < payload.size();
    out.resize(start + (pays ? static_cast<std::size_t>(length) : 0));
    return pays;
}

}  // namespace

void seal_section(Bytes& out, SectionType type, std::span<const std::uint8_t> payload, bool compress) {
    const std::size_t begin = out.size();
    const std::size_t start = begin + sizeof(SectionHeader);
    SectionHeader header;
    header.type = type;
    header.raw_length = payload.size();
    out.resize(start);
    if (compress && compress_to(out, start, payload)) {
        header.flags = kCompressed;
    } else {
        out.insert(out.end(), payload.begin(), payload.end());
    }
    header.stored_length = out.size() - start;
    header.checksum = crc(std::span(out).subspan(start));
    header.header_checksum = header_crc(header);
    std::memcpy(out.data() + begin, &header, sizeof(header));
}

bool is_valid(const SectionHeader& header) noexcept {
    if (header.header_checksum != header_crc(header)) { return false; }
    if ((header.flags & kCompressed) == 0) { return header.raw_length == header.stored_length; }
    return header.raw_length <= LZ4_MAX_INPUT_SIZE && header.raw_length / kMaxRatio <= header.stored_length;
}

bool matches(const SectionHeader& header, std::span<const std::uint8_t> stored) noexcept {
    return stored.size() == header.stored_length && header.checksum == crc(stored);
}

std::span<const std::uint8_t> open_section(const SectionHeader& header, std::span<const std::uint8_t> stored,
                                           Bytes& buffer) {
    if ((header.flags & kCompressed) == 0) { return stored; }
    buffer.resize(header.raw_length);
    const int length =
        LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(buffer.data()),
                            static_cast<int>(stored.size()), static_cast<int>(buffer.size()));
    if (length < 0 || static_cast<std::uint64_t>(length) != header.raw_length) {
        throw Corrupt("a section does not decompress");
    }
    return buffer;
}

}  // namespace memray::capture
