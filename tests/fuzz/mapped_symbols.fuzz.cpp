// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as the memory of a process that begins with a module: what is made of it is bounded, and a file of symbols.
// The last three bytes of the input are the limit.
#include "injector/elf/mapped_symbols.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "injector/base/unique_fd.h"
#include "injector/elf/symbols_only.h"

namespace {

using memray::elf::RemoteAddr;

constexpr RemoteAddr kHeader(0x7f00'0000'0000);
constexpr std::size_t kLimitBytes = 3;

void require(bool good) {
    if (!good) { std::abort(); }
}

bool is_file_of_symbols(const std::string& file) {
    const memray::base::UniqueFd fd(::memfd_create("module", 0));
    require(fd && ::write(fd.get(), file.data(), file.size()) == static_cast<ssize_t>(file.size()));
    return memray::elf::symbols_only(fd.get(), file.size()).has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < kLimitBytes) { return 0; }
    size -= kLimitBytes;
    std::size_t limit = 0;
    std::memcpy(&limit, data + size, kLimitBytes);
    const auto read = [data, size](RemoteAddr at, void* to, std::size_t count) {
        const std::uint64_t offset = at - kHeader;
        if (offset > size || size - offset < count) { return false; }
        if (count > 0) { std::memcpy(to, data + offset, count); }
        return true;
    };
    const auto symbols = memray::elf::mapped_symbols(kHeader, read, limit);
    require(!symbols || (symbols->size() <= limit && is_file_of_symbols(*symbols)));
    return 0;
}
