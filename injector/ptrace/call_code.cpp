// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/call_code.h"

#include <array>

namespace memray::ptrace {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSystemCall = "\x0f\x05\xc3"sv;
// mov $15, %rax (glibc, musl) or mov $15, %eax; then syscall
constexpr std::array kSignalReturn{"\x48\xc7\xc0\x0f\0\0\0\x0f\x05"sv, "\xb8\x0f\0\0\0\x0f\x05"sv};

}  // namespace

std::optional<CallCode> find_call_code(std::string_view code, RemoteAddr begin) {
    const std::size_t system_call = code.find(kSystemCall);
    if (system_call == std::string_view::npos) { return std::nullopt; }
    for (const std::string_view pattern : kSignalReturn) {
        const std::size_t at = code.find(pattern);
        if (at != std::string_view::npos) { return CallCode{begin + system_call, begin + at, {}}; }
    }
    return std::nullopt;
}

}  // namespace memray::ptrace
