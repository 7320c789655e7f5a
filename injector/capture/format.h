// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The capture file: a fixed header, then sections up to the end of the file, the last of which may be torn. A finished
// file ends with an index section and a footer that says where the index is. All numbers are little-endian.
//
//   FileHeader | SectionHeader payload | SectionHeader payload | ... | index section | Footer
//
// Versions. Readers skip section types they do not know, ignore what follows the fields and columns they know, and
// give fields that are missing their defaults. So new section types and new fields at the end need no new version.
// kFormatVersion goes up when a reader of the old version would read something wrong; every released version stays
// readable, and has a file in tests/golden.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace memray::capture {

static_assert(std::endian::native == std::endian::little, "headers are written as they are in memory");

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr std::array<std::uint8_t, 8> kFileMagic{0x8b, 'm', 'e', 'm', 'r', 'a', 'y', '\n'};
inline constexpr std::array<std::uint8_t, 8> kFooterMagic{'e', 'n', 'd', 'm', 'r', 'a', 'y', '\n'};

// Why nothing more could be written to a file: stands in its header, which needs no room on the disk by then.
enum class WriteFailure : std::uint32_t { kNone = 0, kDiskFull = 1, kTooLarge = 2, kOverQuota = 3, kOther = 4 };

struct FileHeader {
    std::array<std::uint8_t, 8> magic{kFileMagic};
    std::uint32_t version{kFormatVersion};
    WriteFailure failure{WriteFailure::kNone};  // counts only in a file that has no end
};
static_assert(sizeof(FileHeader) == 16);

// The numbers are part of the format. Tables come as ranges of rows: a range replaces all rows from its first one on.
enum class SectionType : std::uint16_t {
    kMetadata = 1,
    kStrings = 2,
    kFunctions = 3,
    kFrames = 4,
    kStacks = 5,
    kThreads = 6,
    kSites = 7,        // what a site is: stack, thread, allocator
    kSiteAmounts = 8,  // what it did: peak, leaked, total
    kLifetimes = 9,
    kIntervals = 10,
    kTimeBuckets = 11,
    kSnapshots = 12,
    kSizes = 13,
    kTotals = 14,  // sums of the whole heap; the last of the finished tables
    kEvents = 15,  // a part of the log; continues the events section before it
    kIndex = 16,
    kModules = 17,
    kNativeFrames = 18,
    kNativeStacks = 19,
    // What the symbolizer adds to a capture that has come to its end. Without the last of them there are none.
    kSymbolStrings = 20,
    kSymbolNames = 21,
    kSymbolChains = 22,
    kModuleSymbols = 23,
    kSymbolsKey = 24,  // which native frames they are of
    // Of merged captures.
    kProcesses = 25,
    kProcessSnapshots = 26,
    kKeptSymbols = 27,
    kResidences = 28,
    kSharedFiles = 29,
};

enum SectionFlags : std::uint16_t {
    kCompressed = 1U << 0U,  // payload is one LZ4 block
};

struct SectionHeader {
    SectionType type{};
    std::uint16_t flags{0};  // SectionFlags
    std::uint32_t reserved{0};
    std::uint64_t raw_length{0};       // bytes of the payload after decompression
    std::uint64_t stored_length{0};    // bytes of the payload in the file
    std::uint32_t checksum{0};         // CRC-32 of the stored payload
    std::uint32_t header_checksum{0};  // CRC-32 of the fields above
};
static_assert(sizeof(SectionHeader) == 32 && offsetof(SectionHeader, header_checksum) == 28);

struct Footer {
    std::uint64_t index_offset{0};  // of the index section's header
    std::array<std::uint8_t, 8> magic{kFooterMagic};
};
static_assert(sizeof(Footer) == 16);

// LZ4 cannot compress better than this, so no reader need believe a larger raw length.
inline constexpr std::uint64_t kMaxRatio = 255;

}  // namespace memray::capture
