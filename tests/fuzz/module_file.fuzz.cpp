// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as the file of a module, with debug information and symbol tables: symbolizing gives a result for every
// address. libdw may crash on the file, in a process of its own.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"
#include "symbolizer/build_id.h"
#include "symbolizer/symbolize.h"

namespace capture = memray::capture;
namespace symbolizer = memray::symbolizer;

namespace {

void require(bool good) {
    if (!good) { std::abort(); }
}

// A module that this file is the right one for, so that it is read.
capture::Module module_of(int fd, const std::string& path) {
    struct stat status {};
    require(::fstat(fd, &status) == 0);
    capture::Module module;
    module.path = path;
    module.file_size = static_cast<std::uint64_t>(status.st_size);
    module.modified_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
    try {
        module.build_id = symbolizer::build_id_of(fd);
    } catch (const memray::base::Error&) {  // the one way to fail
    }
    return module;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const memray::base::UniqueFd fd(::memfd_create("module", 0));
    require(fd && ::write(fd.get(), data, size) == static_cast<ssize_t>(size));
    capture::Profile profile;
    profile.modules.push_back(
        module_of(fd.get(), "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd.get())));
    for (std::uint64_t address = 0; address < 0x2000; address += 0x20) {
        profile.native_frames.push_back({0, address, true});
    }
    symbolizer::Options options;
    options.debuginfod = false;
    options.module_limit = std::chrono::seconds(10);
    const capture::Symbols symbols = symbolizer::symbolize(profile, options, {}).symbols;
    require(symbols.chains.size() == profile.native_frames.size() && symbols.modules.size() == 1);
    return 0;
}
