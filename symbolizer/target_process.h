// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The process that was recorded, if it is still there: its files are the right ones, whatever container it lives in.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::symbolizer {

class TargetProcess {
public:
    // Looks whether the process of the capture lives: same number, started before the recording did, and using the
    // files the capture names.
    explicit TargetProcess(const capture::Profile& profile);

    // "/proc/PID/root", empty if it is gone.
    [[nodiscard]] const std::string& root() const noexcept { return root_; }
    // The user whose process it is, if it is there.
    [[nodiscard]] uid_t owner() const noexcept { return owner_; }
    // A file that it still has mapped though it was deleted; empty if there is none.
    [[nodiscard]] std::string deleted_file(const std::string& path) const;

private:
    struct Mapping {
        std::string range;  // "start-end"
        std::string path;
    };
    void read_mappings(const std::string& folder);

    std::vector<Mapping> mappings_;
    std::string folder_;
    std::string root_;
    uid_t owner_{0};
};

}  // namespace memray::symbolizer
