// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/kernel_figures.h"

#include <charconv>
#include <string>
#include <string_view>

#include "injector/base/file.h"
#include "injector/base/memory_cgroup.h"
#include "injector/base/process_status.h"

namespace memray::heap {
namespace {

// What version 1 says where there is no limit, and above.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62U;

// Nothing for "max", or if there is no such file.
std::optional<std::uint64_t> number_in(const std::string& file) {
    const std::string text = base::try_read_file(file).value_or("");
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value < kNoLimit ? std::optional(value) : std::nullopt;
}

std::optional<CgroupFigures> cgroup_of(pid_t pid) {
    const auto cgroup = base::memory_cgroup_of(pid);
    if (!cgroup) { return std::nullopt; }
    const auto used = number_in(cgroup->folder + (cgroup->second ? "/memory.current" : "/memory.usage_in_bytes"));
    const auto stat = base::try_read_file(cgroup->folder + "/memory.stat");
    if (!used || !stat) { return std::nullopt; }
    CgroupFigures figures;
    figures.used = *used;
    figures.limit = number_in(cgroup->folder + (cgroup->second ? "/memory.max" : "/memory.limit_in_bytes"));
    figures.anonymous = base::number_after(*stat, cgroup->second ? "anon" : "total_rss");
    figures.file = base::number_after(*stat, cgroup->second ? "file" : "total_cache");
    figures.slab = base::number_after(*stat, "slab");
    figures.kernel = cgroup->second ? base::number_after(*stat, "kernel")
                                    : number_in(cgroup->folder + "/memory.kmem.usage_in_bytes").value_or(0);
    return figures;
}

}  // namespace

KernelFigures read_kernel_figures(pid_t pid) {
    KernelFigures figures;
    if (const auto status = base::ProcessStatus::in("/proc/" + std::to_string(pid))) {
        figures.page_tables = status->bytes("VmPTE").value_or(0);
        figures.peak = status->bytes("VmHWM").value_or(0);
        figures.threads = static_cast<std::uint64_t>(status->number("Threads"));
    }
    figures.cgroup = cgroup_of(pid);
    return figures;
}

}  // namespace memray::heap
