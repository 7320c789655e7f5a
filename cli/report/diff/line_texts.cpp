// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/line_texts.h"

#include <sys/stat.h>

namespace memray::report {

bool LineTexts::is_as_recorded(const std::string& file) {
    const auto [entry, added] = as_recorded_.try_emplace(file);
    if (added) {
        struct stat status {};
        constexpr std::int64_t kMilliseconds = 1000;
        entry->second = ::stat(file.c_str(), &status) == 0 && status.st_mtim.tv_sec <= start_ms_ / kMilliseconds;
    }
    return entry->second;
}

std::string LineTexts::of(const std::string& file, std::uint32_t line) {
    return is_as_recorded(file) ? lines_.line(file, line) : std::string();
}

}  // namespace memray::report
