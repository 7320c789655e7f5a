// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/descriptor_room.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::injection {
namespace {

constexpr rlim_t kNeeded = 2;   // a memory file, and the loader's duplicate of it
constexpr rlim_t kRaised = 16;  // other threads may be short of them, too

std::string proc(pid_t pid) { return "/proc/" + std::to_string(pid); }

// Numbers for which the kernel has room in its table: all that are in use are smaller (proc(5), FDSize).
rlim_t table_size(pid_t pid) {
    constexpr std::string_view kField = "\nFDSize:";
    const std::string status = base::try_read_file(proc(pid) + "/status").value_or("");
    const std::size_t at = status.find(kField);
    return at == std::string::npos ? RLIM_INFINITY / 2
                                   : std::strtoull(status.c_str() + at + kField.size(), nullptr, 10);
}

rlim_t count_in_use(pid_t pid) {
    std::error_code error;
    return static_cast<rlim_t>(std::distance(std::filesystem::directory_iterator(proc(pid) + "/fd", error), {}));
}

bool is_same(const rlimit& a, const rlimit& b) { return a.rlim_cur == b.rlim_cur && a.rlim_max == b.rlim_max; }

}  // namespace

DescriptorRoom::DescriptorRoom(pid_t pid) : pid_(pid) {
    if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &before_) != 0) { return; }
    if (before_.rlim_cur >= table_size(pid) + kNeeded) { return; }
    const rlim_t used = count_in_use(pid);
    if (before_.rlim_cur >= used + kNeeded) { return; }
    const rlimit wanted{used + kRaised, std::max(before_.rlim_max, used + kRaised)};
    if (::prlimit(pid, RLIMIT_NOFILE, &wanted, nullptr) != 0) {
        throw base::system_error("Process " + std::to_string(pid) + " has no descriptor free, and its limit of " +
                                 std::to_string(before_.rlim_cur) + " could not be raised for a moment");
    }
    raised_ = wanted;
}

DescriptorRoom::~DescriptorRoom() {
    rlimit now{};
    if (!raised_ || ::prlimit(pid_, RLIMIT_NOFILE, nullptr, &now) != 0 || !is_same(now, *raised_)) { return; }
    ::prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr);
}

}  // namespace memray::injection
