// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process.h"

namespace memray::region {
namespace {

static_assert(std::is_trivially_destructible_v<wire::ControlPage> &&
              std::is_trivially_destructible_v<wire::TargetInfo>);

// The user's limit on file sizes is meant for files, not for shared memory. Lifted as far as we may while in scope.
class FileSizeLimitLifted {
public:
    FileSizeLimitLifted() {
        ::getrlimit(RLIMIT_FSIZE, &limit_);
        const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
        const rlimit hard{limit_.rlim_max, limit_.rlim_max};
        if (::setrlimit(RLIMIT_FSIZE, &none) != 0) { ::setrlimit(RLIMIT_FSIZE, &hard); }
    }
    ~FileSizeLimitLifted() { ::setrlimit(RLIMIT_FSIZE, &limit_); }
    FileSizeLimitLifted(const FileSizeLimitLifted&) = delete;
    FileSizeLimitLifted& operator=(const FileSizeLimitLifted&) = delete;

private:
    rlimit limit_{};
};

// For good: neither the target nor we can be made to touch what is not there.
void set_size(int fd, std::uint64_t size) {
    const FileSizeLimitLifted lifted;
    if (::ftruncate(fd, static_cast<off_t>(size)) != 0) {
        throw base::system_error("making " + std::to_string(size) + " bytes of shared memory");
    }
    ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
}

// Whether what it maps from now on is locked (mlockall(2), MCL_FUTURE).
bool locks_memory(pid_t pid) {
    const std::string status = base::try_read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
    const std::size_t line = status.find("VmLck:");
    return line != std::string::npos && std::strtoull(status.c_str() + line + 6, nullptr, 10) != 0;
}

}  // namespace

std::uint32_t recording_flags(const RecordingPlan& plan, const cpython::PythonFacts& facts) {
    const bool large = !plan.trace_python_allocators && facts.bypasses_malloc;
    return (plan.trace_python_allocators ? std::uint32_t{wire::kTracePythonAllocators} : 0U) |
           (plan.native ? std::uint32_t{wire::kTraceNative} : 0U) |
           (large ? std::uint32_t{wire::kTraceLargeRequests} : 0U);
}

std::uint32_t recording_flags(const base::SharedMemory& region) {
    const base::Mapping head = region.map(0, wire::kRegionHeadSize);
    return static_cast<const wire::ControlPage*>(head.data())->flags;
}

std::uint64_t allowed_file_size() {
    const FileSizeLimitLifted lifted;
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    return limit.rlim_cur;
}

void lay_out_region(void* head, const RegionPlan& plan) {
    auto* control = new (head) wire::ControlPage{};
    control->flags = plan.flags;
    control->slots_offset = plan.body_offset;
    control->slot_count = plan.sizes.slots;
    control->ring_words = plan.sizes.ring_words;
    control->frame_capacity = plan.sizes.frames;
    control->address_space = plan.address_space;
    auto* target = new (static_cast<unsigned char*>(head) + wire::kTargetInfoOffset) wire::TargetInfo(plan.info);
    // The slots are zero as the file is: free, as Slot{} would be.
    if ((plan.flags & wire::kTraceNative) == 0) { return; }
    const std::uint64_t slots = directory_in_body(plan.sizes);
    control->native_capacity = plan.sizes.frames;
    control->directory_offset = plan.body_offset + slots;
    control->directory_size = body_size(plan.sizes, plan.flags) - slots;
    target->layout.marks_entries = 1;
}

bool reads_python_frames(const base::SharedMemory& region) {
    const base::Mapping head = region.map(0, wire::kRegionHeadSize);
    wire::TargetInfo info;
    std::memcpy(&info, static_cast<const unsigned char*>(head.data()) + wire::kTargetInfoOffset, sizeof info);
    return info.layout.model != wire::FrameModel::kNone;
}

SharedFileInTarget::SharedFileInTarget(RemoteSystem& system, pid_t pid, const char* name, std::uint64_t size,
                                       std::uint64_t mapped)
    : system_(system), mapped_(mapped) {
    RemoteFile file(system, pid, name, false);
    set_size(file.local_fd(), size);
    constexpr int kReadWrite = PROT_READ | PROT_WRITE;
    const bool locked = locks_memory(pid);
    // Pages that cannot be accessed are not made resident by that.
    const std::int64_t address = system.map_shared(file.remote_fd(), mapped, locked ? PROT_NONE : kReadWrite);
    if (address < 0 && address >= -4095) {
        throw base::system_error("mapping " + std::to_string(mapped) + " bytes in the target",
                                 static_cast<int>(-address));
    }
    address_ = RemoteAddr(static_cast<std::uint64_t>(address));
    if (locked) {
        // What the payload maps of it later would be, too.
        system.unlock(address_, mapped);
        system.protect(address_, mapped, kReadWrite);
    }
    file_ = file.take_local_fd();
}

SharedFileInTarget::~SharedFileInTarget() {
    if (kept_) { return; }
    try {
        system_.unmap(address_, mapped_);
    } catch (const base::Error&) {
        // The target died.
    }
}

std::unique_ptr<SharedFileInTarget> make_region(RemoteSystem& system, pid_t pid, const RegionSizes& sizes,
                                                std::uint32_t flags, const wire::TargetInfo& info) {
    RegionPlan plan{.sizes = fitted(sizes, flags, allowed_file_size()), .flags = flags, .info = info};
    plan.address_space = base::share_of_address_space(pid);
    if (locks_memory(pid)) { plan.flags |= wire::kLocksMemory; }
    auto region = std::make_unique<SharedFileInTarget>(
        system, pid, "memray", wire::kRegionHeadSize + body_size(plan.sizes, flags), wire::kRegionHeadSize);
    const base::Mapping head = base::Mapping::shared(region->descriptor(), wire::kRegionHeadSize);
    lay_out_region(head.data(), plan);
    return region;
}

}  // namespace memray::region
