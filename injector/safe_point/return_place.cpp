// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/return_place.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "injector/safe_point/unwinder.h"

namespace memray::safe_point {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kDepth = 32 * kPage;         // paths of 4,096 wide characters lie on it
constexpr std::uint64_t kLongFunction = 16 * 1024U;  // of code

bool may_be_in(RemoteAddr address, RemoteAddr function) {
    return function < address && address < function + kLongFunction;
}

// Whether a word near the top of the stack may be a return address into the function.
bool mentions(const ptrace::RemoteMemory& memory, RemoteAddr top, RemoteAddr function) {
    std::array<RemoteAddr, kPage / sizeof(RemoteAddr)> page{};
    const RemoteAddr end = top + kDepth;
    for (RemoteAddr at = top.aligned_down(kPage); at < end; at += kPage) {
        if (!memory.try_read(at, page.data(), kPage)) { return false; }
        const RemoteAddr* const first =
            page.data() + (at < top ? static_cast<std::ptrdiff_t>((top - at) / sizeof(RemoteAddr)) : 0);
        const RemoteAddr* const last = page.data() + page.size();
        if (std::any_of(first, last, [&](RemoteAddr word) { return may_be_in(word, function); })) { return true; }
    }
    return false;
}

}  // namespace

std::optional<ReturnPlace> find_return_place(pid_t pid, const ptrace::RemoteMemory& memory,
                                             const ptrace::Registers& registers, RemoteAddr function) {
    if (!mentions(memory, RemoteAddr(registers.rsp), function)) { return std::nullopt; }
    Unwinder unwinder(memory, elf::read_maps(pid));
    const std::vector<StackFrame> frames = unwinder.unwind(registers).frames;
    for (std::size_t index = 1; index < frames.size(); ++index) {
        if (unwinder.function_at(frames[index - 1].instruction) != function) { continue; }
        const ReturnPlace found{frames[index].stack_pointer - sizeof(RemoteAddr), frames[index].instruction};
        if (memory.read<RemoteAddr>(found.place) == found.address) { return found; }
    }
    return std::nullopt;
}

}  // namespace memray::safe_point
