// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/detour_choice.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/base/file.h"
#include "injector/safe_point/seccomp.h"

namespace memray::safe_point {
namespace {

bool has_urgent_signal(const std::string& status, std::string_view field) {
    const std::size_t at = status.find(field);
    if (at == std::string::npos) { return true; }
    const std::uint64_t mask = std::strtoull(status.c_str() + at + field.size(), nullptr, 16);
    return (mask >> static_cast<unsigned>(SIGURG - 1) & 1U) != 0;
}

}  // namespace

ptrace::DetourKind choose_detour(pid_t thread) {
    const std::string status = base::try_read_file("/proc/" + std::to_string(thread) + "/status").value_or("");
    const bool is_taken = has_urgent_signal(status, "\nSigBlk:\t") || has_urgent_signal(status, "\nSigCgt:\t");
    return is_taken || has_own_filters(thread) ? ptrace::DetourKind::kSystemCall : ptrace::DetourKind::kSignal;
}

}  // namespace memray::safe_point
