// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/region.h"

#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <new>

#include "injector/base/error.h"
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

// The memory exceeds RLIMIT_AS of the target or RLIMIT_FSIZE of ours.
bool is_limit(std::int64_t error) { return error == -ENOMEM || error == -EFBIG; }

// Halves the slots until they are allowed and the target can map them.
RemoteAddr map_in_target(RemoteSystem& system, const RemoteFile& file, RegionSizes& sizes) {
    for (;;) {
        std::int64_t address = try_resize(file.local_fd(), region_size(sizes));
        if (address == 0) { address = system.map_shared(file.remote_fd(), region_size(sizes)); }
        if (address >= 0 || address < -4095) { return RemoteAddr(static_cast<std::uint64_t>(address)); }
        if (!is_limit(address) || sizes.slots == 1) {
            throw base::system_error("mapping " + std::to_string(region_size(sizes)) + " bytes in the target",
                                     static_cast<int>(-address));
        }
        sizes.slots /= 2;
    }
}

void lay_out(void* region, const RegionSizes& sizes, std::uint32_t flags, const wire::TargetInfo& info) {
    auto* control = new (region) wire::ControlPage{};
    control->flags = flags;
    control->region_size = region_size(sizes);
    control->slots_offset = wire::kFirstSlotOffset;
    control->slot_stride = wire::slot_stride(sizes.frames, sizes.ring_words);
    control->slot_count = sizes.slots;
    control->ring_words = sizes.ring_words;
    control->frame_capacity = sizes.frames;
    new (static_cast<unsigned char*>(region) + wire::kTargetInfoOffset) wire::TargetInfo(info);
    // The slots are zero as the file is: free, as Slot{} would be.
}

}  // namespace

std::uint64_t region_size(const RegionSizes& sizes) {
    return wire::kFirstSlotOffset + wire::slot_stride(sizes.frames, sizes.ring_words) * sizes.slots;
}

RegionInTarget::RegionInTarget(RemoteSystem& system, pid_t pid, RegionSizes sizes, std::uint32_t flags,
                               const wire::TargetInfo& info)
    : system_(system) {
    check_sizes(sizes);
    RemoteFile file(system, pid, "memray", false);
    address_ = map_in_target(system, file, sizes);
    size_ = region_size(sizes);
    const base::Mapping mapping = base::Mapping::shared(file.local_fd(), size_);
    lay_out(mapping.data(), sizes, flags, info);
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
    SharedRegion shared{base::Mapping::shared(region.file().get(), region.size()), region.address(),
                        std::make_unique<ControllerLock>(region.file().get())};
    region.keep();
    return shared;
}

}  // namespace memray::session
