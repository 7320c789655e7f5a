// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as a file of machine code: what is kept of it is bounded, and of that everything is kept. The last three
// bytes of the input are the limit.
#include "injector/elf/symbols_only.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "injector/base/unique_fd.h"

namespace {

constexpr std::size_t kLimitBytes = 3;

void require(bool good) {
    if (!good) { std::abort(); }
}

std::optional<std::string> kept_of(const void* data, std::size_t size, std::size_t limit) {
    const memray::base::UniqueFd fd(::memfd_create("module", 0));
    require(fd && ::write(fd.get(), data, size) == static_cast<ssize_t>(size));
    return memray::elf::symbols_only(fd.get(), limit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < kLimitBytes) { return 0; }
    size -= kLimitBytes;
    std::size_t limit = 0;
    std::memcpy(&limit, data + size, kLimitBytes);
    const auto kept = kept_of(data, size, limit);
    if (!kept) { return 0; }
    require(kept->size() <= limit);
    require(kept_of(kept->data(), kept->size(), limit) == kept);
    return 0;
}
