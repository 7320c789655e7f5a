// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/file.h"

#include <fcntl.h>

#include <cerrno>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

namespace memray::base {
namespace {

// 0, or the errno of the call that failed.
int read_to_end(const std::string& path, std::string& content) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) { return errno; }
    constexpr std::size_t kChunk = 64 * 1024;
    for (;;) {
        const std::size_t size = content.size();
        content.resize(size + kChunk);
        const ssize_t count = ::read(fd.get(), content.data() + size, kChunk);
        const int error = errno;
        content.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (count == 0) { return 0; }
        if (count < 0 && error != EINTR) { return error; }
    }
}

// 0, or the errno of the write that failed.
int try_write_all(int fd, const void* content, std::size_t size) {
    const char* at = static_cast<const char*>(content);
    while (size > 0) {
        const ssize_t count = ::write(fd, at, size);
        if (count < 0 && errno != EINTR) { return errno; }
        if (count < 0) { continue; }
        at += count;
        size -= static_cast<std::size_t>(count);
    }
    return 0;
}

}  // namespace

std::string read_file(const std::string& path) {
    std::string content;
    if (const int error = read_to_end(path, content); error != 0) { throw system_error("reading " + path, error); }
    return content;
}

std::optional<std::string> try_read_file(const std::string& path) {
    std::string content;
    if (read_to_end(path, content) != 0) { return std::nullopt; }
    return content;
}

void write_all(int fd, const std::string& content) {
    if (const int error = try_write_all(fd, content.data(), content.size()); error != 0) {
        throw system_error("writing " + std::to_string(content.size()) + " bytes", error);
    }
}

void write_all(int fd, std::span<const std::uint8_t> content, const std::string& path) {
    if (const int error = try_write_all(fd, content.data(), content.size()); error != 0) {
        throw system_error("Could not write " + path, error);
    }
}

}  // namespace memray::base
