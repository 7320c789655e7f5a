// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of one recording, made in the target before the payload starts: however that came there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "injector/cpython/python_facts.h"
#include "injector/region/child_pool.h"
#include "injector/region/recording_plan.h"
#include "injector/region/region.h"
#include "injector/region/remote_file.h"

namespace memray::region {

// Unmapped there on destruction, unless kept.
class RecordingMemory {
public:
    // Of a recording of that Python, laid out; with a pool for children that the payload knows of, if forks are to be
    // followed. Throws base::Error.
    RecordingMemory(RemoteSystem& system, pid_t pid, const RecordingPlan& plan, const cpython::PythonFacts& facts);

    // wire::Flags of the recording.
    [[nodiscard]] std::uint32_t flags() const noexcept { return flags_; }
    [[nodiscard]] SharedFileInTarget& region() noexcept { return *region_; }
    // Null if forks are not to be followed.
    [[nodiscard]] ChildPoolInTarget* pool() noexcept { return pool_.get(); }
    void keep() noexcept;

private:
    std::uint32_t flags_;
    std::unique_ptr<SharedFileInTarget> region_;
    std::unique_ptr<ChildPoolInTarget> pool_;
};

}  // namespace memray::region
