// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as a file of machine code: what is kept of it is bounded, and of that everything is kept.
#include "injector/elf/symbols_only.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "injector/base/unique_fd.h"

namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20U;

void require(bool good) {
    if (!good) { std::abort(); }
}

std::optional<std::string> kept_of(const void* data, std::size_t size) {
    const memray::base::UniqueFd fd(::memfd_create("module", 0));
    require(fd && ::write(fd.get(), data, size) == static_cast<ssize_t>(size));
    return memray::elf::symbols_only(fd.get(), kLimit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto kept = kept_of(data, size);
    if (!kept) { return 0; }
    require(kept->size() <= kLimit);
    require(kept_of(kept->data(), kept->size()) == kept);
    return 0;
}
