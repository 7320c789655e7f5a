// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Loading takes two descriptors in the target. Where its limit leaves none, that is raised for as long as this lives.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>

namespace memray::injection {

class DescriptorRoom {
public:
    // Throws base::Error if the target has no room and its limit may not be raised. Needs no stop of the target.
    explicit DescriptorRoom(pid_t pid);
    // Puts the limit back, unless the target has set another one meanwhile.
    ~DescriptorRoom();
    DescriptorRoom(const DescriptorRoom&) = delete;
    DescriptorRoom& operator=(const DescriptorRoom&) = delete;

private:
    pid_t pid_;
    rlimit before_{};
    std::optional<rlimit> raised_;
};

}  // namespace memray::injection
