// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_status.h"

#include <sys/stat.h>

#include <charconv>

#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::base {

std::optional<ProcessStatus> ProcessStatus::in(const std::string& folder) {
    auto text = try_read_file(folder + "/status");
    if (!text) { return std::nullopt; }
    return ProcessStatus(std::move(*text));
}

namespace {

// What follows "field:"; a name that holds a line feed is escaped in the file.
std::string_view line_of(std::string_view text, std::string_view field) {
    const std::string key = "\n" + std::string(field) + ":";
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) { return {}; }
    text.remove_prefix(at + key.size());
    return text.substr(0, text.find('\n'));
}

std::vector<pid_t> numbers_in(std::string_view line) {
    std::vector<pid_t> numbers;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        pid_t number = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
        if (error != std::errc()) { return numbers; }
        numbers.push_back(number);
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    }
}

}  // namespace

pid_t ProcessStatus::number(std::string_view field) const {
    const std::vector<pid_t> numbers = numbers_in(line_of(text_, field));
    return numbers.empty() ? 0 : numbers.front();
}

std::optional<std::uint64_t> ProcessStatus::bytes(std::string_view field) const {
    std::string_view line = line_of(text_, field);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::uint64_t kilobytes = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), kilobytes);
    if (error != std::errc()) { return std::nullopt; }
    return kilobytes * 1024;
}

std::vector<pid_t> ProcessStatus::ids() const { return numbers_in(line_of(text_, "NSpid")); }

pid_t ProcessStatus::innermost_id() const {
    const std::vector<pid_t> all = ids();
    return all.empty() ? 0 : all.back();
}

std::uint32_t pid_namespace_of(const std::string& folder) {
    struct stat status {};
    return ::stat((folder + "/ns/pid").c_str(), &status) == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

void require_own_proc() {
    const auto own = ProcessStatus::in("/proc/self");
    if (own && own->ids().size() == 1) { return; }
    throw Error(
        "/proc does not show the PID namespace that memray runs in, so that it would take one process for another "
        "(mount -t proc proc /proc)");
}

}  // namespace memray::base
