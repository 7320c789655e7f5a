// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/payload_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/test_switch.h"
#include "injector/elf/executable_file.h"
#include "payload/wire/start_error.h"

namespace memray::injection {
namespace {

constexpr const char* kStartFunction = "memray_payload_start";
constexpr const char* kStopFunction = "memray_payload_stop";
constexpr const char* kMemoryFile = "memray-payload";
constexpr std::size_t kMaxMessage = 1024;

struct Opener {
    RemoteAddr function;
    std::uint64_t flags;
};

Opener find_dlopen(const elf::Modules& modules) {
    constexpr std::uint64_t kFlags = RTLD_NOW | RTLD_LOCAL;
    // glibc from 2.34 on, musl, older glibc with libdl
    for (const char* library : {"libc.", "libc-", "ld-musl", "libdl"}) {
        if (const auto function = modules.find_in(library, "dlopen")) { return {*function, kFlags}; }
    }
    constexpr std::uint64_t kInternal = 0x80000000;  // __RTLD_DLOPEN
    if (const auto function = modules.find("__libc_dlopen_mode")) { return {*function, kFlags | kInternal}; }
    throw base::Error("Could not load the payload library: the target's C library has no dlopen");
}

std::string last_loader_error(ptrace::RemoteCall& call, const ptrace::RemoteMemory& memory,
                              const elf::Modules& modules) {
    const auto function = modules.find("dlerror");
    const RemoteAddr text(function ? call.function(*function, {}) : 0);
    return text.is_null() ? "dlopen failed" : memory.try_read_string(text, kMaxMessage).value_or("dlopen failed");
}

// A handle is a struct link_map*, its first member the address that the library was loaded at.
std::optional<RemoteAddr> find_start(const ptrace::RemoteMemory& memory, RemoteAddr handle) {
    const auto header = memory.read<RemoteAddr>(handle);
    const auto image = elf::Image::try_read(
        header, [&memory](RemoteAddr at, void* data, std::size_t size) { return memory.try_read(at, data, size); });
    return image ? image->find(kStartFunction) : std::nullopt;
}

// What the loader shall call it. Loaders do not open a library again that has the name of one they know, so that of
// another build must differ.
std::string library_name(const std::string& content) {
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "/memfd:%s-%zx", kMemoryFile, std::hash<std::string>()(content));
    return name.data();
}

bool is_payload(const elf::Module& module) { return module.path.starts_with(std::string("/memfd:") + kMemoryFile); }

// What the payload's entry point returns (payload/wire/start_error.h).
std::string describe_refusal(int error) {
    switch (error) {
        case wire::kBadRegion:
            return "the shared memory is not laid out as it expects";
        case wire::kOtherProtocol:
            return "it is of another version than this program";
        case wire::kNoForkDetection:
            return "this kernel has no MADV_WIPEONFORK (Linux 4.14 or newer has)";
        case wire::kAlreadyRecording:
            return "a recording is under way already";
        case wire::kNoMemory:
            return "the process may not map more memory";
        default:
            return "error " + std::to_string(error);
    }
}

}  // namespace

std::string payload_path() {
    namespace fs = std::filesystem;
    if (const char* chosen = base::test_switch("MEMRAY_PAYLOAD")) { return chosen; }
    std::error_code error;
    const fs::path root = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path();
    for (const char* folder : {"lib", MEMRAY_LIBRARY_FOLDER}) {
        const fs::path file = root / folder / "libmemray_payload.so";
        if (::access(file.c_str(), R_OK) == 0) { return file; }
    }
    throw base::Error("memray: libmemray_payload.so not found in " + (root / "lib").string());
}

std::string read_payload(const std::string& path) {
    auto content = base::try_read_file(path);
    if (!content) { throw base::system_error("Could not read the payload library " + path); }
    const elf::ExecutableKind kind = elf::classify_executable(*content);
    if (kind != elf::ExecutableKind::kStatic && kind != elf::ExecutableKind::kDynamic) {
        throw base::Error("The payload library " + path + " is not an x86-64 library");
    }
    return std::move(*content);
}

RemoteAddr load_payload(region::RemoteSystem& system, ptrace::RemoteCall& call, const ptrace::RemoteMemory& memory,
                        const elf::Modules& modules, pid_t pid, const std::string& content) {
    const Opener opener = find_dlopen(modules);
    region::RemoteFile file(system, pid, kMemoryFile, true);
    base::write_all(file.local_fd(), content);
    const std::string name = library_name(content);
    bool opened = false;
    const RemoteAddr handle(call.function_opening(opener.function, {call.push(name).value(), opener.flags}, name,
                                                  file.remote_fd(), opened));
    if (opened) { file.give_away_remote_fd(); }
    if (handle.is_null()) {
        throw base::Error("Could not load the payload library: " + last_loader_error(call, memory, modules));
    }
    const auto start = find_start(memory, handle);
    if (!start) { throw base::Error(std::string("The payload library does not export ") + kStartFunction); }
    return *start;
}

RemoteAddr find_loaded_payload(const ptrace::RemoteMemory& memory, const elf::Modules& modules,
                               const std::string& content) {
    // The linker's build id is in there.
    std::string head(std::min<std::size_t>(content.size(), 4096), '\0');
    for (const elf::Module& module : modules.all()) {
        if (!is_payload(module) || !memory.try_read(module.header, head.data(), head.size())) { continue; }
        if (content.compare(0, head.size(), head) != 0) { continue; }
        if (const auto start = module.image.find(kStartFunction)) { return *start; }
    }
    return {};
}

StopResult stop_payloads(ptrace::RemoteCall& call, const elf::Modules& modules, bool force) {
    StopResult result = StopResult::kNothingToStop;
    for (const elf::Module& module : modules.all()) {
        const auto stop = is_payload(module) ? module.image.find(kStopFunction) : std::nullopt;
        if (!stop) { continue; }
        const auto code = static_cast<int>(call.function(*stop, {force ? 1U : 0U}) & 0xffffffffU);
        if (code == wire::kStarted) { result = StopResult::kStopped; }
        if (code == wire::kStillInside) { result = StopResult::kStillInside; }
        if (code == wire::kAlreadyRecording) { return StopResult::kBusy; }
    }
    return result;
}

void start_payload(ptrace::RemoteCall& call, RemoteAddr start, RemoteAddr region, std::uint64_t size) {
    const auto result = static_cast<int>(call.function(start, {region.value(), size}) & 0xffffffffU);
    if (result != 0) { throw base::Error("The payload could not start: " + describe_refusal(result)); }
}

}  // namespace memray::injection
