// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/output_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <ctime>

#include "injector/base/error.h"
#include "injector/base/printable.h"

namespace memray::recording {
namespace {

constexpr std::string_view kPlaceholders = "pnht%";

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

void check(const std::string& pattern) {
    for (std::size_t at = pattern.find('%'); at != std::string::npos; at = pattern.find('%', at + 2)) {
        const std::string placeholder = pattern.substr(at, 2);
        if (placeholder.size() == 2 && kPlaceholders.find(placeholder[1]) != std::string_view::npos) { continue; }
        throw base::UsageError(fmt::format(
            "argument -o/--output: unknown placeholder {} (known: %p process id, %n program, %h host, %t start time, "
            "%% a percent sign)",
            placeholder));
    }
}

}  // namespace

OutputName::OutputName(std::string pattern, const std::string& program)
    : pattern_(std::move(pattern)),
      program_(base::file_name_part(program)),
      host_(base::file_name_part(host_name())),
      start_(fmt::format("{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)))) {
    check(pattern_);
    has_pid_ = of(1) != of(2);
}

OutputName OutputName::plain(const std::string& name) {
    OutputName output;
    for (const char letter : name) { output.pattern_ += letter == '%' ? "%%" : std::string(1, letter); }
    return output;
}

std::string OutputName::of(pid_t pid) const {
    std::string name;
    for (std::size_t at = 0; at < pattern_.size(); ++at) {
        if (pattern_[at] != '%') {
            name += pattern_[at];
            continue;
        }
        switch (pattern_[++at]) {
            case 'p':
                name += std::to_string(pid);
                break;
            case 'n':
                name += program_;
                break;
            case 'h':
                name += host_;
                break;
            case 't':
                name += start_;
                break;
            default:
                name += '%';
        }
    }
    return name;
}

std::string OutputName::of_child(pid_t first, pid_t pid) const {
    return has_pid_ ? of(pid) : fmt::format("{}.{}", of(first), pid);
}

}  // namespace memray::recording
