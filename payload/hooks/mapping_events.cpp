// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/mapping_events.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "payload/events.h"
#include "payload/syscalls.h"
#include "payload/thread.h"

namespace memray::payload {
namespace {

// A shared mapping of this is memory of its own (mem(4)). A private one, which hardly anybody makes, counts as a
// file's.
constexpr dev_t kDevZero = 1U << 8U | 5U;  // makedev(1, 5)

// Which file it is. Its kind tells whether that is memory, and its number whether somebody else maps it, too; nobody
// can be asked later, as it may be unmapped by then. Python's own mmap asks as well: from glibc 2.33 on with the same
// system call.
std::uint32_t file_traits(const MappingRequest& request) noexcept {
    struct stat status;
    if (raw_syscall(SYS_newfstatat, request.fd, address_of(""), address_of(&status), AT_EMPTY_PATH) != 0) {
        return wire::kFileTrait;
    }
    if (S_ISCHR(status.st_mode) && status.st_rdev == kDevZero) { return 0; }
    record_mapped_file(status.st_dev, status.st_ino, static_cast<std::uint64_t>(request.offset));
    return wire::kFileTrait;
}

bool is_interpreter(const void* caller) noexcept {
    const RecordingScope scope;
    if (!scope) { return false; }
    const wire::PythonAddresses& python = own_session().info->addresses;
    return reinterpret_cast<std::uint64_t>(caller) - python.code < python.code_size;
}

std::uint32_t traits_of(const MappingRequest& request) noexcept {
    const auto if_flags = [&](int flags, std::uint32_t traits) { return (request.flags & flags) != 0 ? traits : 0U; };
    std::uint32_t traits = if_flags(MAP_SHARED, wire::kSharedTrait) | if_flags(MAP_NORESERVE, wire::kUnreservedTrait) |
                           if_flags(MAP_STACK | MAP_GROWSDOWN, wire::kStackTrait);
    if (request.protection == PROT_NONE) { traits |= wire::kInaccessibleTrait; }
    if ((request.flags & MAP_ANONYMOUS) == 0) {
        traits |= (request.flags & MAP_SHARED) != 0 ? file_traits(request) : wire::kFileTrait;
    }
    const bool may_be_arena = traits == 0 && request.protection == (PROT_READ | PROT_WRITE);
    return may_be_arena && is_interpreter(request.caller) ? wire::kInterpreterTrait : traits;
}

}  // namespace

void record_mapping(const void* address, std::size_t size, std::uint32_t traits) noexcept {
    const std::uint64_t word = wire::mapping_word(reinterpret_cast<std::uint64_t>(address), traits);
    record_allocation(reinterpret_cast<const void*>(word), size, wire::Allocator::kMmap);
}

void record_mapping(const void* address, std::size_t size, const MappingRequest& request) noexcept {
    record_mapping(address, size, traits_of(request));
}

void record_accessible(const void* address, std::size_t size) noexcept {
    record_event_with_stacks(wire::header_word(wire::RecordKind::kAccessible, wire::Allocator::kNone, 0), size,
                             address);
}

}  // namespace memray::payload
