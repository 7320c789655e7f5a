// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/thread_state.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include "injector/base/file.h"

namespace memray::heap {
namespace {

std::string task_folder(pid_t pid) { return "/proc/" + std::to_string(pid) + "/task"; }

std::string task_file(pid_t pid, pid_t thread, const char* name) {
    return task_folder(pid) + "/" + std::to_string(thread) + "/" + name;
}

// Takes the last word off `text`, a number with "0x".
std::optional<base::RemoteAddr> take_last(std::string_view& text) {
    const std::size_t blank = text.rfind(' ');
    if (blank == std::string_view::npos || !text.substr(blank).starts_with(" 0x")) { return std::nullopt; }
    const std::string_view digits = text.substr(blank + 3);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) { return std::nullopt; }
    text = text.substr(0, blank);
    return base::RemoteAddr(value);
}

}  // namespace

std::optional<BlockedAt> parse_blocked_at(std::string_view text) {
    while (text.ends_with('\n')) { text.remove_suffix(1); }
    const auto program_counter = take_last(text);
    const auto stack_pointer = program_counter ? take_last(text) : std::nullopt;
    if (!stack_pointer) { return std::nullopt; }
    return BlockedAt{*stack_pointer, *program_counter};
}

std::vector<pid_t> thread_ids(pid_t pid) {
    std::vector<pid_t> ids;
    std::error_code error;
    for (std::filesystem::directory_iterator task(task_folder(pid), error), end; !error && task != end;
         task.increment(error)) {
        const std::string name = task->path().filename().string();
        pid_t id = 0;
        std::from_chars(name.data(), name.data() + name.size(), id);
        if (id > 0) { ids.push_back(id); }
    }
    return ids;
}

std::optional<char> thread_activity(pid_t pid, pid_t thread) {
    const auto stat = base::try_read_file(task_file(pid, thread, "stat"));
    const std::size_t name_end = stat ? stat->rfind(") ") : std::string::npos;
    if (name_end == std::string::npos || name_end + 2 >= stat->size()) { return std::nullopt; }
    return (*stat)[name_end + 2];
}

std::vector<ThreadState> read_thread_states(pid_t pid) {
    std::vector<ThreadState> threads;
    for (const pid_t id : thread_ids(pid)) {
        ThreadState thread;
        thread.id = id;
        const auto text = base::try_read_file(task_file(pid, id, "syscall"));
        if (const auto place = text ? parse_blocked_at(*text) : std::nullopt) {
            thread.stack_pointer = place->stack_pointer;
            thread.program_counter = place->program_counter;
        }
        threads.push_back(std::move(thread));
    }
    name_threads(pid, threads);
    return threads;
}

void name_threads(pid_t pid, std::vector<ThreadState>& threads) {
    for (ThreadState& thread : threads) {
        thread.name = base::try_read_file(task_file(pid, thread.id, "comm")).value_or("");
        while (thread.name.ends_with('\n')) { thread.name.pop_back(); }
    }
}

}  // namespace memray::heap
