// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The shared memory of one recording: a file made in the target, of which the head is mapped there.
#pragma once

#include <sys/types.h>

#include <memory>

#include "injector/base/mapping.h"
#include "injector/base/shared_memory.h"
#include "injector/cpython/python_facts.h"
#include "injector/region/controller_lock.h"
#include "injector/region/recording_plan.h"
#include "injector/region/remote_file.h"
#include "payload/wire/control.h"

namespace memray::region {

// wire::Flags of a recording of that Python.
[[nodiscard]] std::uint32_t recording_flags(const RecordingPlan& plan, const cpython::PythonFacts& facts);
// Those that a region was laid out with. Throws base::Error.
[[nodiscard]] std::uint32_t recording_flags(const base::SharedMemory& region);

// What is fixed of a region: `flags` are wire::Flags.
struct RegionPlan {
    RegionSizes sizes;
    std::uint32_t flags{0};
    wire::TargetInfo info;
    std::uint64_t body_offset{wire::kRegionHeadSize};  // from the head, in the file
    std::uint64_t address_space{wire::kNoLimit};       // ControlPage::address_space
};

// Writes control page and info into a region's head, which is empty memory as all of the region. The directory of
// modules is left to the collector.
void lay_out_region(void* head, const RegionPlan& plan);

// Whether the frames of the interpreter that this region was laid out for can be read. Throws base::Error.
[[nodiscard]] bool reads_python_frames(const base::SharedMemory& region);

// Bytes that a memory file of ours may have: RLIMIT_FSIZE, as far as we may raise it.
[[nodiscard]] std::uint64_t allowed_file_size();

// A memory file in the target of which the beginning is mapped there; unmapped there on destruction, unless kept.
class SharedFileInTarget {
public:
    // `size` bytes for good, at most allowed_file_size(), of which the first `mapped` are. Throws base::Error.
    SharedFileInTarget(RemoteSystem& system, pid_t pid, const char* name, std::uint64_t size, std::uint64_t mapped);
    ~SharedFileInTarget();
    SharedFileInTarget(const SharedFileInTarget&) = delete;
    SharedFileInTarget& operator=(const SharedFileInTarget&) = delete;

    [[nodiscard]] RemoteAddr address() const noexcept { return address_; }
    [[nodiscard]] std::uint64_t mapped() const noexcept { return mapped_; }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] base::UniqueFd take_file() noexcept { return std::move(file_); }
    void keep() noexcept { kept_ = true; }

private:
    RemoteSystem& system_;
    RemoteAddr address_;
    std::uint64_t mapped_;
    base::UniqueFd file_;
    bool kept_{false};
};

// Makes a region that is laid out: control page, `info`, free slots. Smaller than asked for where files may not be so
// large. Throws base::Error.
[[nodiscard]] std::unique_ptr<SharedFileInTarget> make_region(RemoteSystem& system, pid_t pid, const RegionSizes& sizes,
                                                              std::uint32_t flags, const wire::TargetInfo& info);

}  // namespace memray::region
