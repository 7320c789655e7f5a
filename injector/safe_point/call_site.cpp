// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/call_site.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace memray::safe_point {
namespace {

using base::RemoteAddr;

constexpr int kMaxJumps = 3;

RemoteAddr relative(RemoteAddr next_instruction, const unsigned char* displacement) {
    std::int32_t value = 0;
    std::memcpy(&value, displacement, sizeof value);
    return next_instruction + static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

std::optional<RemoteAddr> load_pointer(const elf::ReadMemory& read, RemoteAddr place) {
    std::uint64_t value = 0;
    if (!read(place, &value, sizeof value)) { return std::nullopt; }
    return RemoteAddr(value);
}

// Through `[endbr64] [bnd] jmp *slot(%rip)` and `jmp target`.
RemoteAddr behind_stubs(const elf::ReadMemory& read, RemoteAddr function) {
    constexpr std::array<unsigned char, 4> kEndbr{0xf3, 0x0f, 0x1e, 0xfa};
    std::array<unsigned char, 16> code{};
    for (int jump = 0; jump < kMaxJumps && read(function, code.data(), code.size()); ++jump) {
        std::size_t at = std::memcmp(code.data(), kEndbr.data(), kEndbr.size()) == 0 ? kEndbr.size() : 0;
        if (code[at] == 0xf2) { ++at; }
        if (code[at] == 0xff && code[at + 1] == 0x25) {
            return load_pointer(read, relative(function + at + 6, &code[at + 2])).value_or(function);
        }
        if (code[at] != 0xe9) { break; }
        function = relative(function + at + 5, &code[at + 1]);
    }
    return function;
}

}  // namespace

std::optional<RemoteAddr> called_function(const elf::ReadMemory& read, RemoteAddr return_address) {
    std::array<unsigned char, 6> code{};
    if (!read(return_address - code.size(), code.data(), code.size())) { return std::nullopt; }
    if (code[0] == 0xff && code[1] == 0x15) { return load_pointer(read, relative(return_address, &code[2])); }
    if (code[1] == 0xe8) { return behind_stubs(read, relative(return_address, &code[2])); }
    return std::nullopt;
}

}  // namespace memray::safe_point
