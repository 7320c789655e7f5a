// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/own_stack.h"

#include <algorithm>

namespace memray::heap {
namespace {

constexpr std::uint64_t kRoom = 16384;  // bytes: more than twice of what a call takes

}  // namespace

bool is_on_own_stack(const ptrace::Registers& registers, std::span<const elf::MapEntry> maps) {
    const base::RemoteAddr stack_pointer(registers.rsp);
    const base::RemoteAddr thread(registers.fs_base);
    const auto mapping = std::find_if(maps.begin(), maps.end(), [&](const elf::MapEntry& entry) {
        return entry.begin <= stack_pointer && stack_pointer < entry.end;
    });
    if (mapping == maps.end() || stack_pointer - mapping->begin < kRoom) { return false; }
    return mapping->path == "[stack]" || (stack_pointer < thread && thread < mapping->end);
}

}  // namespace memray::heap
