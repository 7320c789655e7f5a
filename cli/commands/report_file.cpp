// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/unique_fd.h"

namespace memray::cli {
namespace {

constexpr mode_t kMode = 0666;

base::Error already_exists(const std::string& path) {
    return base::Error("File already exists, will not overwrite without --force: " + path);
}

base::UniqueFd open_for_writing(const std::string& path, int flags) {
    base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, kMode));
    if (!file && errno == EEXIST) { throw already_exists(path); }
    if (!file) { throw base::system_error("Could not create output file " + path); }
    return file;
}

// Devices and pipes cannot be replaced by a new file.
bool is_special(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

void write_new(const std::string& path, const std::string& content, int flags) {
    const base::UniqueFd file = open_for_writing(path, flags);
    try {
        base::write_all(file.get(), content);
    } catch (const base::Error& error) {
        if ((flags & O_EXCL) != 0) { ::unlink(path.c_str()); }
        throw base::Error("Could not write " + path + ": " + error.what());
    }
}

}  // namespace

void require_absent(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && !S_ISCHR(status.st_mode)) { throw already_exists(path); }
}

void write_report(const std::string& path, const std::string& content, bool overwrite) {
    if (is_special(path)) { return write_new(path, content, 0); }
    if (!overwrite) { return write_new(path, content, O_CREAT | O_EXCL); }
    const std::string beside = path + ".tmp." + std::to_string(::getpid());
    write_new(beside, content, O_CREAT | O_EXCL);
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        const int number = errno;
        ::unlink(beside.c_str());
        throw base::system_error("Could not create output file " + path, number);
    }
}

}  // namespace memray::cli
