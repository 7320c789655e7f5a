// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/seccomp.h"

#include <linux/capability.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/base/file.h"

namespace memray::session {
namespace {

std::uint64_t status_mask(const std::string& status, std::string_view field) {
    const std::size_t at = status.find(field);
    return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + field.size(), nullptr, 16);
}

bool is_filter_mode(const std::string& status) { return status_mask(status, "\nSeccomp:\t") == 2; }

}  // namespace

bool is_filtered(pid_t pid) {
    return is_filter_mode(base::try_read_file("/proc/" + std::to_string(pid) + "/status").value_or(""));
}

bool may_suspend_filters() {
    const std::string own = base::try_read_file("/proc/self/status").value_or("");
    const bool admin = (status_mask(own, "\nCapEff:\t") >> CAP_SYS_ADMIN & 1U) != 0;
    return admin && !is_filter_mode(own);
}

}  // namespace memray::session
