// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as a capture: reading gives a profile or one error, and nothing else happens.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/format.h"
#include "injector/capture/reader.h"
#include "tests/fuzz/checksums.h"

namespace capture = memray::capture;

namespace {

void require(bool good) {
    if (!good) { std::abort(); }
}

void use_native(const capture::Profile& profile) {
    for (const auto& row : profile.native_frames) {
        require(row.module == capture::kNoModule || row.module < profile.modules.size());
    }
    require(!profile.native_stacks.empty());
    for (std::size_t i = 1; i < profile.native_stacks.size(); ++i) {
        const capture::NativeStack& row = profile.native_stacks[i];
        require(row.parent < i && row.frame < profile.native_frames.size());
    }
    const capture::Symbols& symbols = profile.symbols;
    for (std::uint32_t frame = 0; frame < symbols.chains.size(); ++frame) {
        for (const capture::Symbol& name : symbols.of(frame)) {
            require(name.function < symbols.strings.size() && name.file < symbols.strings.size());
        }
    }
}

// Every index of a profile must be good: what reports rely on.
void use(const capture::Profile& profile) {
    for (const auto& row : profile.functions) {
        require(row.name < profile.strings.size() && row.file < profile.strings.size());
    }
    for (const auto& row : profile.frames) { require(row.function < profile.functions.size()); }
    require(!profile.stacks.empty());
    for (std::size_t i = 1; i < profile.stacks.size(); ++i) {
        require(profile.stacks[i].parent < i && profile.stacks[i].frame < profile.frames.size());
    }
    for (const auto& row : profile.sites) {
        require(row.stack < profile.stacks.size() && row.thread < profile.threads.size());
        require(row.native_stack < profile.native_stacks.size());
        require(static_cast<std::size_t>(row.allocator) < capture::kAllocatorCount);
    }
    use_native(profile);
    for (const auto& row : profile.lifetimes) { require(row.site < profile.sites.size()); }
    for (const auto& row : profile.intervals) {
        require(row.site < profile.sites.size() && row.allocated < profile.time_buckets.size());
        require(row.freed == capture::kNever || row.freed < profile.time_buckets.size());
    }
}

void read_both(const std::string& path) {
    try {
        use(capture::read_profile(path));
    } catch (const memray::base::Error&) {  // the one way to fail
    }
    try {
        capture::read_events(path, [](const capture::Event&) {});
    } catch (const memray::base::Error&) {  // likewise
    }
}

void read_bytes(const std::uint8_t* data, std::size_t size) {
    const memray::base::UniqueFd fd(::memfd_create("capture", MFD_CLOEXEC));
    if (!fd || ::write(fd.get(), data, size) != static_cast<ssize_t>(size)) { std::abort(); }
    read_both("/proc/self/fd/" + std::to_string(fd.get()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_bytes(data, size);
    capture::Bytes repaired(data, data + size);
    if (repair_checksums(repaired)) { read_bytes(repaired.data(), repaired.size()); }
    return 0;
}
