// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/region.h"

#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <new>

#include "injector/base/error.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/slot.h"

namespace memray::session {
namespace {

static_assert(std::is_trivially_destructible_v<wire::ControlPage> &&
              std::is_trivially_destructible_v<wire::TargetInfo>);

void check_sizes(const RegionSizes& sizes) {
    if (sizes.slots == 0 || sizes.frames == 0 || !std::has_single_bit(sizes.ring_words)) {
        throw base::Error("Region sizes must not be 0, and the words of a ring a power of two");
    }
}

std::uint64_t stride(const RegionSizes& sizes, std::uint32_t flags) {
    const bool native = (flags & wire::kTraceNative) != 0;
    return wire::slot_stride(sizes.frames, sizes.ring_words, native ? sizes.frames : 0);
}

std::uint64_t slots_end(const RegionSizes& sizes, std::uint32_t flags) {
    return wire::kFirstSlotOffset + stride(sizes, flags) * sizes.slots;
}

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

// 0 or a negated error number.
int try_resize(int fd, std::uint64_t size) {
    const FileSizeLimitLifted lifted;
    return ::ftruncate(fd, static_cast<off_t>(size)) == 0 ? 0 : -errno;
}

}  // namespace

std::int64_t try_map_in_target(RemoteSystem& system, const RemoteFile& file, std::uint64_t size) {
    const int error = try_resize(file.local_fd(), size);
    return error != 0 ? error : system.map_shared(file.remote_fd(), size);
}

bool is_size_limit(std::int64_t error) { return error == -ENOMEM || error == -EFBIG; }

namespace {

// Halves the slots until they are allowed and the target can map them.
RemoteAddr map_in_target(RemoteSystem& system, const RemoteFile& file, RegionSizes& sizes, std::uint32_t flags) {
    for (;;) {
        const std::int64_t address = try_map_in_target(system, file, region_size(sizes, flags));
        if (address >= 0 || address < -4095) { return RemoteAddr(static_cast<std::uint64_t>(address)); }
        if (!is_size_limit(address) || sizes.slots == 1) {
            throw base::system_error("mapping " + std::to_string(region_size(sizes, flags)) + " bytes in the target",
                                     static_cast<int>(-address));
        }
        sizes.slots /= 2;
        sizes.tables /= 2;
    }
}

}  // namespace

std::uint32_t recording_flags(const RecordingPlan& plan, const PythonFacts& facts) {
    const bool large = !plan.trace_python_allocators && facts.bypasses_malloc;
    return (plan.trace_python_allocators ? std::uint32_t{wire::kTracePythonAllocators} : 0U) |
           (plan.native ? std::uint32_t{wire::kTraceNative} : 0U) |
           (large ? std::uint32_t{wire::kTraceLargeRequests} : 0U);
}

std::uint32_t recording_flags(const base::Mapping& region) {
    return static_cast<const wire::ControlPage*>(region.data())->flags;
}

void lay_out_region(void* region, const RegionSizes& sizes, std::uint32_t flags, const wire::TargetInfo& info) {
    auto* control = new (region) wire::ControlPage{};
    control->flags = flags;
    control->region_size = region_size(sizes, flags);
    control->slots_offset = wire::kFirstSlotOffset;
    control->slot_stride = stride(sizes, flags);
    control->slot_count = sizes.slots;
    control->ring_words = sizes.ring_words;
    control->frame_capacity = sizes.frames;
    auto* target = new (static_cast<unsigned char*>(region) + wire::kTargetInfoOffset) wire::TargetInfo(info);
    // The slots are zero as the file is: free, as Slot{} would be.
    if ((flags & wire::kTraceNative) == 0) { return; }
    control->native_capacity = sizes.frames;
    control->directory_offset = slots_end(sizes, flags);
    target->layout.marks_entries = 1;
}

bool reads_python_frames(const base::Mapping& region) {
    wire::TargetInfo info;
    std::memcpy(&info, static_cast<const unsigned char*>(region.data()) + wire::kTargetInfoOffset, sizeof info);
    return info.layout.model != wire::FrameModel::kNone;
}

std::uint64_t region_size(const RegionSizes& sizes, std::uint32_t flags) {
    const bool native = (flags & wire::kTraceNative) != 0;
    const std::uint64_t tables = sizes.tables / wire::kPageSize * wire::kPageSize;
    return slots_end(sizes, flags) + (native ? wire::kTablesOffset + tables : 0);
}

RegionInTarget::RegionInTarget(RemoteSystem& system, pid_t pid, RegionSizes sizes, std::uint32_t flags,
                               const wire::TargetInfo& info)
    : system_(system) {
    check_sizes(sizes);
    RemoteFile file(system, pid, "memray", false);
    address_ = map_in_target(system, file, sizes, flags);
    size_ = region_size(sizes, flags);
    const base::Mapping mapping = base::Mapping::shared(file.local_fd(), size_);
    lay_out_region(mapping.data(), sizes, flags, info);
    file_ = file.take_local_fd();
}

RegionInTarget::~RegionInTarget() {
    if (kept_) { return; }
    try {
        system_.unmap(address_, size_);
    } catch (const base::Error&) {
        // The target died.
    }
}

SharedRegion make_region(RemoteSystem& system, pid_t pid, const RegionSizes& sizes, std::uint32_t flags,
                         const wire::TargetInfo& info) {
    RegionInTarget region(system, pid, sizes, flags, info);
    auto lock = std::make_unique<ControllerLock>(region.file().get());
    SharedRegion shared{base::Mapping::shared(region.file().get(), region.size()), std::move(region.file()),
                        region.address(), std::move(lock)};
    region.keep();
    return shared;
}

}  // namespace memray::session
