// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writes a capture with native frames, as if a recorder had found a library with them at another path:
//   native_capture OUT PID LIBRARY PATH ADDRESS...
// The function main (app.py, line 7) called native code at each of the addresses; call number i leaked i * 1000 bytes.
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "injector/capture/writer.h"
#include "symbolizer/build_id.h"

namespace {

using namespace memray;

constexpr int kFirstAddress = 5;

capture::Module module_of(const char* file, const char* path) {
    const base::UniqueFd fd(::open(file, O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) { throw base::system_error(file); }
    capture::Module module;
    module.path = path;
    module.build_id = symbolizer::build_id_of(fd.get());
    module.file_size = static_cast<std::uint64_t>(status.st_size);
    module.modified_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
    return module;
}

capture::Profile empty_profile(std::int64_t pid) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    capture::Profile profile;
    profile.metadata.pid = pid;
    profile.metadata.command_line = "app.py";
    profile.metadata.start_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    profile.metadata.end_ms = profile.metadata.start_ms + 1;
    profile.metadata.native_traces = true;
    profile.metadata.aggregated = true;
    profile.metadata.main_thread = 1;
    profile.strings = {"", "main", "app.py"};
    profile.functions = {{1, 2, 1}};
    profile.frames = {{0, 7}};
    profile.stacks.push_back({0, 0, true});
    profile.threads = {{1, 1, "MainThread"}};
    return profile;
}

void add_call(capture::Profile& profile, std::uint64_t address) {
    const auto frame = static_cast<std::uint32_t>(profile.native_frames.size());
    profile.native_frames.push_back({0, address, true});
    profile.native_stacks.push_back({0, frame});
    const capture::Amount amount{1, (frame + std::uint64_t{1}) * 1000};
    profile.sites.push_back({1, frame + 1, 0, capture::Allocator::kMalloc, amount, amount, amount, amount, 0});
    for (capture::Amount* sum : {&profile.peak, &profile.leaked, &profile.total,
                                 &profile.allocators[static_cast<std::size_t>(capture::Allocator::kMalloc)]}) {
        sum->count += amount.count;
        sum->bytes += amount.bytes;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < kFirstAddress) { return 2; }
    try {
        capture::Profile profile = empty_profile(std::stoll(argv[2]));
        profile.modules.push_back(module_of(argv[3], argv[4]));
        for (int i = kFirstAddress; i < argc; ++i) { add_call(profile, std::stoull(argv[i], nullptr, 16)); }
        capture::Writer writer({argv[1], true, true, true}, profile.metadata);
        writer.finish(profile);
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
