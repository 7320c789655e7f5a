// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/status_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace memray::recording {

StatusPath status_path(pid_t pid) {
    StatusPath path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/status", pid);
    return path;
}

StatusText::StatusText(const StatusPath& path) noexcept {
    const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) { return; }
    if (::read(file, text_.data(), text_.size() - 1) < 0) { text_[0] = '\0'; }
    ::close(file);
}

const char* StatusText::field(const char* name) const noexcept {
    const std::size_t length = std::strlen(name);
    for (const char* line = text_.data(); line != nullptr;) {
        if (std::strncmp(line, name, length) == 0 && std::strncmp(line + length, ":\t", 2) == 0) {
            return line + length + 2;
        }
        const char* end = std::strchr(line, '\n');
        line = end != nullptr ? end + 1 : nullptr;
    }
    return nullptr;
}

}  // namespace memray::recording
