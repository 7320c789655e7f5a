// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How large the shared memory of a recording is. The file behind it is mostly holes: what counts is what is used.
#pragma once

#include <cstdint>

namespace memray::region {

// The defaults suit everybody; tests use tiny rings.
struct RegionSizes {
    std::uint32_t slots{4096};                        // threads at a time
    std::uint32_t ring_words{32768};                  // 256 KiB
    std::uint32_t frames{32768};                      // of a stack
    std::uint64_t tables{std::uint64_t{256} << 20U};  // bytes for unwind tables, if native stacks are recorded
};

// Bytes of all but the head, whole pages; `flags` are wire::Flags. Throws base::Error for sizes that cannot be.
[[nodiscard]] std::uint64_t body_size(const RegionSizes& sizes, std::uint32_t flags);

// Where the directory of modules begins in the body, which it ends.
[[nodiscard]] std::uint64_t directory_in_body(const RegionSizes& sizes);

// The same, or as much less as it takes for head and body to be at most `bytes` long: a limit on the size of files
// (RLIMIT_FSIZE) is one on memory files, too. Rings stay useful as long as possible. Throws base::Error if even the
// smallest region is too large.
[[nodiscard]] RegionSizes fitted(RegionSizes sizes, std::uint32_t flags, std::uint64_t bytes);

}  // namespace memray::region
