// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/mapping.h"

#include <sys/mman.h>

#include "injector/base/error.h"

namespace memray::base {
namespace {

void* map(int fd, std::size_t size, int protection, int flags, std::uint64_t offset = 0) {
    void* data = ::mmap(nullptr, size, protection, flags, fd, static_cast<off_t>(offset));
    if (data == MAP_FAILED) { throw system_error("mapping " + std::to_string(size) + " bytes"); }
    return data;
}

}  // namespace

Mapping Mapping::shared(int fd, std::size_t size, std::uint64_t offset) {
    return {map(fd, size, PROT_READ | PROT_WRITE, MAP_SHARED, offset), size};
}

Mapping Mapping::read_only(int fd, std::size_t size) { return {map(fd, size, PROT_READ, MAP_PRIVATE), size}; }

Mapping::~Mapping() {
    if (data_ != nullptr) { ::munmap(data_, size_); }
}

}  // namespace memray::base
