// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/target_code.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>
#include <string>

#include "injector/base/error.h"
#include "injector/ptrace/remote_call.h"
#include "injector/safe_point/system_call_code.h"

namespace memray::safe_point {
namespace {

using base::RemoteAddr;

constexpr std::uint64_t kNoDescriptor = ~0ULL;

// glibc, musl, or a program with a C library inside.
ptrace::CallCode find_in_library(const elf::Modules& modules, const std::vector<elf::MapEntry>& maps,
                                 const ptrace::RemoteMemory& memory) {
    for (const char* library : {"libc.", "libc-", "ld-musl", ""}) {
        const auto function = modules.find_in(library, "syscall");
        for (const elf::MapEntry& entry : maps) {
            if (!function || *function < entry.begin || *function >= entry.end) { continue; }
            if (const auto code = find_system_call_code(entry, memory)) { return *code; }
        }
    }
    throw base::Error("Could not find a system call instruction in the target's C library");
}

std::optional<ptrace::CodePage> find_page(const std::vector<elf::MapEntry>& maps, const ptrace::RemoteMemory& memory) {
    for (const elf::MapEntry& entry : maps) {
        if (!entry.executable || entry.writable || !entry.path.empty()) { continue; }
        const ptrace::CodePage page(entry.begin);
        if (page.is_written(memory)) { return page; }
    }
    return std::nullopt;
}

RemoteAddr map_page(ptrace::Tracee& thread, const ptrace::RemoteMemory& memory, const ptrace::CallCode& code,
                    std::chrono::milliseconds limit) {
    ptrace::SavedRegisters saved(thread, memory);
    ptrace::RemoteCall call(thread, memory, saved, code, limit);
    const std::int64_t address = call.system_call(
        SYS_mmap, {0, ptrace::CodePage::kSize, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, kNoDescriptor, 0});
    saved.restore();
    if (address < 0 && address >= -4095) {
        throw base::system_error("mapping a page of code in the target", static_cast<int>(-address));
    }
    return RemoteAddr(static_cast<std::uint64_t>(address));
}

}  // namespace

TargetCode::TargetCode(const elf::Modules& modules, const std::vector<elf::MapEntry>& maps,
                       const ptrace::RemoteMemory& memory)
    : memory_(memory), library_(find_in_library(modules, maps, memory)), page_(find_page(maps, memory)) {}

const ptrace::CodePage& TargetCode::page(ptrace::Tracee& thread, std::chrono::milliseconds limit) {
    if (!page_) {
        const ptrace::CodePage page(map_page(thread, memory_, library_, limit));
        page.write(ptrace::RemoteMemory(thread.id()));  // the pages are not writable: takes the thread that we trace
        page_ = page;
    }
    return *page_;
}

}  // namespace memray::safe_point
