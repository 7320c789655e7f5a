// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/thread_choice.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/safe_point/stack_verdict.h"

namespace memray::safe_point {
namespace {

constexpr std::size_t kLookAt = 64;

enum Rank { kBlocked, kRunning, kWouldEnd };

Rank rank_of(const std::filesystem::path& task) {
    const auto text = base::try_read_file((task / "syscall").string());
    const auto call = text ? parse_blocked_call(*text) : std::nullopt;
    if (!call || *call < 0) { return kRunning; }
    return ends_when_stopped(*call) ? kWouldEnd : kBlocked;
}

}  // namespace

std::optional<long> parse_blocked_call(std::string_view text) {
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) { return std::nullopt; }  // "running"
    return number;
}

std::vector<pid_t> threads_to_borrow(pid_t pid) {
    std::vector<std::pair<Rank, pid_t>> threads;
    std::error_code error;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
        if (threads.size() == kLookAt) { break; }
        threads.emplace_back(rank_of(task.path()), std::stoi(task.path().filename().string()));
    }
    if (threads.empty()) { throw base::Error("Process " + std::to_string(pid) + " has ended"); }
    std::stable_sort(threads.begin(), threads.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    std::vector<pid_t> result;
    for (const auto& [rank, thread] : threads) { result.push_back(thread); }
    return result;
}

}  // namespace memray::safe_point
