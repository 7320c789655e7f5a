// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A memory file from some offset on, shared with another process and mapped piece by piece: it may be much larger than
// what is used of it.
#pragma once

#include <cstdint>
#include <memory>

#include "injector/base/mapping.h"
#include "injector/base/unique_fd.h"

namespace memray::base {

class SharedMemory {
public:
    SharedMemory() = default;
    // To the end of the file, which stays open as long as anybody uses it. Throws Error.
    explicit SharedMemory(std::shared_ptr<const UniqueFd> file, std::uint64_t offset = 0);
    explicit SharedMemory(UniqueFd file) : SharedMemory(std::make_shared<const UniqueFd>(std::move(file))) {}

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    // Whether all of such a piece is in it.
    [[nodiscard]] bool contains(std::uint64_t offset, std::uint64_t size) const noexcept {
        return offset <= size_ && size <= size_ - offset;
    }
    // `offset` in whole pages. Throws Error, also for a piece that is not in it.
    [[nodiscard]] Mapping map(std::uint64_t offset, std::uint64_t size) const;

private:
    std::shared_ptr<const UniqueFd> file_;
    std::uint64_t offset_{0};
    std::uint64_t size_{0};
};

}  // namespace memray::base
