// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/text_padding.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "injector/elf/segments.h"

namespace memray::safe_point {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kWord = 8;  // what the kernel writes at once
constexpr std::size_t kJumpSize = 5;
constexpr unsigned char kJump = 0xe9;
constexpr std::string_view kEndbr64 = "\xf3\x0f\x1e\xfa"sv;
constexpr char kRet = '\xc3';
// What compilers put between functions: int3, nop, and the first bytes of longer nops.
constexpr std::array kPaddings{"\xcc\xcc\xcc\xcc"sv, "\x90\x90\x90\x90"sv, "\x66\x66"sv,
                               "\x66\x2e\x0f\x1f"sv, "\x66\x0f\x1f"sv,     "\x0f\x1f"sv};

// Rounded up.
RemoteAddr page_end(RemoteAddr address) { return (address + (kPage - 1)).aligned_down(kPage); }

bool is_text(const Elf64_Phdr& segment) {
    return segment.p_type == PT_LOAD && segment.p_flags == (PF_R | PF_X) && segment.p_filesz == segment.p_memsz;
}

bool reaches(RemoteAddr from, RemoteAddr to) {
    constexpr std::int64_t kReach = std::numeric_limits<std::int32_t>::max() - std::int64_t{kPage};
    const auto distance = static_cast<std::int64_t>(to - from);
    return distance < kReach && distance > -kReach;
}

// `code` holds the function's first 9 bytes.
bool is_empty(std::string_view code) {
    if (code.starts_with(kEndbr64)) { return code[kEndbr64.size()] == kRet; }
    if (code.front() != kRet) { return false; }
    for (const std::string_view padding : kPaddings) {
        if (code.substr(1).starts_with(padding)) { return true; }
    }
    return false;
}

}  // namespace

TextPadding::TextPadding(const elf::ReadMemory& read, const elf::Modules& modules, RemoteAddr near) {
    for (const elf::Module& module : modules.all()) {
        const auto [headers, bias] = elf::read_segments(read, module.header);
        for (const Elf64_Phdr& segment : headers) {
            if (!is_text(segment)) { continue; }
            const RemoteAddr text_end = bias + segment.p_vaddr + segment.p_filesz;
            const RemoteAddr begin = (text_end + (ptrace::kDetourSize - 1)).aligned_down(ptrace::kDetourSize);
            const RemoteAddr end = page_end(text_end);
            if (reaches(near, begin) && begin < end && end - begin > end_ - next_) {
                next_ = begin;
                end_ = end;
            }
        }
    }
}

std::optional<ptrace::Detour> TextPadding::add_detour(const ptrace::RemoteMemory& memory, ptrace::DetourKind kind,
                                                      RemoteAddr target, std::string_view instructions) {
    if (end_ - next_ < ptrace::kDetourSize) { return std::nullopt; }
    const std::string code = ptrace::detour_code(kind, target, instructions);
    memory.write(next_, code.data(), code.size());
    const ptrace::Detour detour = ptrace::detour_at(next_, kind);
    next_ += ptrace::kDetourSize;
    return detour;
}

bool divert_empty_function(const ptrace::RemoteMemory& memory, RemoteAddr function, RemoteAddr code) {
    std::array<char, 9> present{};
    memory.read(function, present.data(), present.size());
    const bool in_one_word = function.value() % kWord + kJumpSize <= kWord;
    if (!is_empty({present.data(), present.size()}) || !in_one_word || !reaches(function, code)) { return false; }
    std::array<unsigned char, kJumpSize> jump{kJump};
    const auto displacement = static_cast<std::int32_t>(code - (function + kJumpSize));
    std::memcpy(&jump[1], &displacement, sizeof displacement);
    memory.write(function, jump.data(), jump.size());
    return true;
}

}  // namespace memray::safe_point
