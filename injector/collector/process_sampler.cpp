// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/process_sampler.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "injector/base/process_stat.h"

namespace memray::collector {
namespace {

std::string proc_path(std::int64_t pid, const std::string& name) { return "/proc/" + std::to_string(pid) + "/" + name; }

base::UniqueFd open_if_there(const std::string& path) {
    return base::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string read_start(int fd) {
    std::array<char, 2048> buffer{};
    const ssize_t size = fd < 0 ? -1 : ::pread(fd, buffer.data(), buffer.size(), 0);
    return size <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

void thin(std::vector<capture::Snapshot>& rows) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); i += 2) { rows[kept++] = rows[i]; }
    rows.resize(kept);
}

}  // namespace

ProcessSampler::ProcessSampler(std::int64_t pid, std::int64_t now_ms)
    : residences_(pid),
      statm_(open_if_there(proc_path(pid, "statm"))),
      stat_(open_if_there(proc_path(pid, "stat"))),
      page_size_(static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) {
    if (const auto pages = resident_pages()) { residences_.look(now_ms, *pages, {}); }
}

void ProcessSampler::sample(std::int64_t now_ms, HeapSize heap, std::vector<capture::Snapshot>& rows) {
    if (now_ms < next_look_ms_) { return; }
    next_look_ms_ = now_ms + kIntervalMs;
    look_for_exec();
    if (replaced_) { return; }
    const auto pages = resident_pages();
    if (!pages) { return; }
    last_rss_ = pages->all;
    residences_.look(now_ms, *pages, heap);
    if (now_ms < next_row_ms_) { return; }
    next_row_ms_ = now_ms + interval_ms_;
    rows.push_back({now_ms, last_rss_, heap.bytes});
    if (rows.size() < kMaxSnapshots) { return; }
    thin(rows);
    interval_ms_ *= 2;
}

void ProcessSampler::sample_last(std::int64_t now_ms, HeapSize heap, std::vector<capture::Snapshot>& rows) {
    const auto pages = replaced_ ? std::nullopt : resident_pages();
    if (pages) {
        last_rss_ = pages->all;
        residences_.look(now_ms, *pages, heap, Residences::Effort::kExact);
    } else {
        residences_.end(heap.peak);
    }
    rows.push_back({now_ms, last_rss_, heap.bytes});
}

// The kernel gives every new program image a new stack; its start is field 28 of stat (26th after the name, which may
// hold blanks and brackets).
void ProcessSampler::look_for_exec() {
    const std::string stat = read_start(stat_.get());
    const auto start = base::stat_field(stat, 28);
    if (!start || *start == 0) { return; }
    if (start_stack_ == 0) { start_stack_ = *start; }
    replaced_ = replaced_ || *start != start_stack_;
}

// Nothing for a target that has ended: its file then reads as zeros or not at all.
std::optional<ResidentPages> ProcessSampler::resident_pages() const {
    const std::string statm = read_start(statm_.get());
    const auto pages = base::number_field(statm, 1);
    if (!pages || *pages == 0) { return {}; }
    return ResidentPages{*pages * page_size_, base::number_field(statm, 2).value_or(0) * page_size_};
}

}  // namespace memray::collector
