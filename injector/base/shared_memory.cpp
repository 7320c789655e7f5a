// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/shared_memory.h"

#include <sys/stat.h>

#include <string>

#include "injector/base/error.h"

namespace memray::base {
namespace {

std::uint64_t size_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) { throw system_error("fstat of shared memory"); }
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

SharedMemory::SharedMemory(std::shared_ptr<const UniqueFd> file, std::uint64_t offset)
    : file_(std::move(file)), offset_(offset) {
    const std::uint64_t end = size_of(file_->get());
    size_ = offset < end ? end - offset : 0;
}

Mapping SharedMemory::map(std::uint64_t offset, std::uint64_t size) const {
    if (!contains(offset, size)) { throw Error("No shared memory at " + std::to_string(offset)); }
    return Mapping::shared(file_->get(), size, offset_ + offset);
}

}  // namespace memray::base
