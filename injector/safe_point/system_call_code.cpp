// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/system_call_code.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace memray::safe_point {
namespace {

constexpr std::uint64_t kLargestLibrary = std::uint64_t{64} << 20U;
constexpr std::uint64_t kFirstLook = std::uint64_t{128} << 10U;

bool is_c_library(const elf::MapEntry& entry) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    return name.starts_with("libc.") || name.starts_with("libc-") || name.starts_with("ld-musl");
}

}  // namespace

// Both pieces are near the beginning, as a rule.
std::optional<ptrace::CallCode> find_system_call_code(const elf::MapEntry& entry, const ptrace::RemoteMemory& memory) {
    std::string code;
    const std::uint64_t whole = std::min(entry.end - entry.begin, kLargestLibrary);
    for (std::uint64_t size = kFirstLook; code.size() < whole; size *= 4) {
        const std::size_t known = code.size();
        code.resize(std::min(size, whole));
        if (!memory.try_read(entry.begin + known, code.data() + known, code.size() - known)) { return std::nullopt; }
        if (const auto found = ptrace::find_call_code(code, entry.begin)) { return found; }
    }
    return std::nullopt;
}

std::optional<ptrace::CallCode> find_system_call_code(const std::vector<elf::MapEntry>& maps,
                                                      const ptrace::RemoteMemory& memory) {
    for (const bool wants_library : {true, false}) {
        for (const elf::MapEntry& entry : maps) {
            if (!entry.executable || entry.path.empty() || is_c_library(entry) != wants_library) { continue; }
            if (const auto found = find_system_call_code(entry, memory)) { return found; }
        }
    }
    return std::nullopt;
}

}  // namespace memray::safe_point
