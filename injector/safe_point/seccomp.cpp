// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/seccomp.h"

#include <linux/capability.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/base/file.h"

namespace memray::safe_point {
namespace {

std::uint64_t status_mask(const std::string& status, std::string_view field) {
    const std::size_t at = status.find(field);
    return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + field.size(), nullptr, 16);
}

bool is_filter_mode(const std::string& status) { return status_mask(status, "\nSeccomp:\t") == 2; }
bool is_strict_mode(const std::string& status) { return status_mask(status, "\nSeccomp:\t") == 1; }

std::string status_of(const std::string& process) {
    return base::try_read_file("/proc/" + process + "/status").value_or("");
}

// At least one, in that mode.
std::uint64_t filters(const std::string& status) {
    if (!is_filter_mode(status)) { return 0; }
    constexpr std::string_view kField = "\nSeccomp_filters:\t";
    const std::size_t at = status.find(kField);
    return at == std::string::npos ? 1 : std::strtoull(status.c_str() + at + kField.size(), nullptr, 10);
}

}  // namespace

bool is_filtered(pid_t pid) { return is_filter_mode(status_of(std::to_string(pid))); }

bool has_own_filters(pid_t pid) {
    const std::string status = status_of(std::to_string(pid));
    return is_strict_mode(status) || filters(status) > filters(status_of("self"));
}

bool may_suspend_filters() {
    const std::string own = status_of("self");
    const bool admin = (status_mask(own, "\nCapEff:\t") >> CAP_SYS_ADMIN & 1U) != 0;
    return admin && !is_filter_mode(own);
}

}  // namespace memray::safe_point
