// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A capture opened for reading. Reads copy: a file that shrinks or changes meanwhile can do no harm.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/format.h"

namespace memray::capture {

class InputFile {
public:
    // Opens a regular file and checks its header. Throws base::Error.
    explicit InputFile(const std::string& path);

    // When it was opened.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // Why its writer had to stop, if it says so.
    [[nodiscard]] WriteFailure failure() const noexcept { return failure_; }
    [[nodiscard]] uid_t owner() const noexcept { return owner_; }
    // Fills all of `bytes`; false if the file ends before.
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> bytes) const;
    // A header that is valid and whose payload is inside the file.
    [[nodiscard]] std::optional<SectionHeader> section_at(std::uint64_t offset) const;
    // The payload of the section at `offset`, checked and decompressed; none if it is damaged. `stored` and `buffer`
    // hold it. Throws Corrupt.
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> payload(std::uint64_t offset,
                                                                       const SectionHeader& header, Bytes& stored,
                                                                       Bytes& buffer) const;

private:
    void read_header();
    [[nodiscard]] base::Error not_a_capture() const;

    base::UniqueFd fd_;
    std::uint64_t size_{0};
    uid_t owner_{0};
    WriteFailure failure_{WriteFailure::kNone};
};

}  // namespace memray::capture
