// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/thread_stacks.h"

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "injector/base/file.h"

namespace memray::heap {
namespace {

// "... 0xSTACK 0xPROGRAM": the last two words. A thread that runs is "running".
std::optional<base::RemoteAddr> stack_pointer_in(std::string_view line) {
    const std::size_t last = line.rfind(" 0x");
    if (last == std::string_view::npos || last == 0) { return std::nullopt; }
    const std::size_t before = line.rfind(" 0x", last - 1);
    if (before == std::string_view::npos) { return std::nullopt; }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(line.data() + before + 3, line.data() + last, value, 16);
    if (error != std::errc() || end != line.data() + last) { return std::nullopt; }
    return base::RemoteAddr(value);
}

}  // namespace

std::vector<base::RemoteAddr> read_stack_pointers(pid_t pid) {
    std::vector<base::RemoteAddr> pointers;
    std::error_code error;
    std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", error);
    for (; !error && threads != std::filesystem::directory_iterator(); threads.increment(error)) {
        const auto line = base::try_read_file(threads->path() / "syscall");
        const auto pointer = line ? stack_pointer_in(*line) : std::nullopt;
        if (pointer) { pointers.push_back(*pointer); }
    }
    return pointers;
}

}  // namespace memray::heap
