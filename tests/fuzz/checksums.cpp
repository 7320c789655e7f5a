// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/fuzz/checksums.h"

#include <zlib.h>

#include <cstring>

using namespace memray::capture;

namespace {

std::uint32_t crc(const void* data, std::size_t size) {
    return static_cast<std::uint32_t>(::crc32_z(0, static_cast<const Bytef*>(data), size));
}

}  // namespace

bool repair_checksums(Bytes& file) {
    const Bytes before = file;
    if (file.size() < sizeof(FileHeader)) { return false; }
    const FileHeader good;
    std::memcpy(file.data(), &good, sizeof(good));
    std::size_t at = sizeof(FileHeader);
    while (file.size() - at >= sizeof(SectionHeader)) {
        SectionHeader header;
        std::memcpy(&header, file.data() + at, sizeof(header));
        const std::size_t rest = file.size() - at - sizeof(header);
        if (header.stored_length > rest) { break; }
        if ((header.flags & kCompressed) == 0) { header.raw_length = header.stored_length; }
        header.checksum = crc(file.data() + at + sizeof(header), header.stored_length);
        header.header_checksum = crc(&header, offsetof(SectionHeader, header_checksum));
        std::memcpy(file.data() + at, &header, sizeof(header));
        at += sizeof(header) + header.stored_length;
    }
    return file != before;
}
