// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/snapshot_saver.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "injector/base/error.h"

namespace memray::live {
namespace {

namespace fs = std::filesystem;

std::string free_name(pid_t pid) {
    std::error_code error;
    const fs::path folder = fs::current_path(error);
    for (int number = 1;; ++number) {
        fs::path path = folder / fmt::format("memray-live.{}.{}.bin", pid, number);
        if (!fs::exists(fs::symlink_status(path, error))) { return path; }
    }
}

}  // namespace

void SnapshotSaver::save(collector::Recorder& recorder, pid_t pid) {
    if (writing_.valid()) { return; }
    path_ = free_name(pid);
    writing_ = recorder.write_snapshot(path_, false);
}

std::optional<Notice> SnapshotSaver::take_news() {
    if (!writing_.valid() || writing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) { return {}; }
    try {
        writing_.get();
        return Notice{false, "Saved " + path_};
    } catch (const base::Error& error) { return Notice{true, error.what()}; }
}

}  // namespace memray::live
