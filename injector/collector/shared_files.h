// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Numbers for the files in memory that a target maps: rows of Profile::shared_files, + 1.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "injector/capture/profile.h"

namespace memray::collector {

class SharedFiles {
public:
    // `profile`: gets the rows, which nobody else may change.
    explicit SharedFiles(capture::Profile& profile);

    // 0 once there are more than anybody needs.
    [[nodiscard]] std::uint32_t number(std::uint64_t device, std::uint64_t inode);

private:
    static constexpr std::size_t kMost = std::size_t{1} << 16U;

    capture::Profile& profile_;
    std::uint64_t boot_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> numbers_;
};

}  // namespace memray::collector
