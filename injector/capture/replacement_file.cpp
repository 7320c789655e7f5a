// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/replacement_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace memray::capture {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // less the umask
constexpr int kMaxLinks = 40;

base::Error creation_error(const std::string& path, int number) {
    return base::system_error("Could not create output file " + path, number);
}

// A new file beside `target`. Its name is short, so that it is valid wherever the target's is.
base::UniqueFd create_beside(const fs::path& target, fs::path& name) {
    for (int i = 0;; ++i) {
        name = target.parent_path() / (".memray-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp");
        base::UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
        if (fd || errno != EEXIST) { return fd; }
    }
}

// On file systems that cannot refuse to replace, there is a moment in which a new file goes unseen.
int rename_without_replacing(const char* from, const char* to) noexcept {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) { return 0; }
    if (errno != EINVAL && errno != ENOSYS) { return -1; }
    if (::access(to, F_OK) != 0) { return ::rename(from, to); }
    errno = EEXIST;
    return -1;
}

}  // namespace

fs::path follow_links(const std::string& path) {
    std::error_code error;
    fs::path target = fs::absolute(path, error);
    if (error) { throw creation_error(path, error.value()); }
    for (int i = 0; i < kMaxLinks; ++i) {
        const fs::path next = fs::read_symlink(target, error);
        if (error) { return target; }
        target = target.parent_path() / next;
    }
    throw creation_error(path, ELOOP);
}

base::Error already_exists(const std::string& path) {
    return base::Error("Output file " + path +
                       " already exists. Memray can overwrite it with the --force CLI argument.");
}

void write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) { continue; }
        if (written < 0) { throw base::system_error("Could not write " + path); }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

ReplacementFile::ReplacementFile(std::string path, fs::path target)
    : path_(std::move(path)), target_(std::move(target)), fd_(create_beside(target_, name_)) {
    if (!fd_) {
        name_.clear();
        throw creation_error(path_, errno);
    }
}

ReplacementFile::~ReplacementFile() {
    if (!name_.empty()) { ::unlink(name_.c_str()); }
}

void ReplacementFile::flush() {
    if (::fsync(fd_.get()) != 0 && errno != EINVAL) { throw base::system_error("Could not write " + path_); }
}

void ReplacementFile::copy_permissions() noexcept {
    struct stat status {};
    if (::stat(target_.c_str(), &status) != 0) { return; }
    // Ownership as far as we may; a failure leaves a file that is ours, which is what a new one would be.
    const int to = fd_.get();
    if (::fchown(to, status.st_uid, status.st_gid) != 0) { static_cast<void>(::fchown(to, ~uid_t{0}, status.st_gid)); }
    static_cast<void>(::fchmod(to, status.st_mode & 07777U));
}

base::UniqueFd ReplacementFile::finish() noexcept {
    name_.clear();
    return std::move(fd_);
}

base::UniqueFd ReplacementFile::commit() {
    copy_permissions();
    // Before it has its name, so that nobody finds it unlocked.
    static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
    if (::rename(name_.c_str(), target_.c_str()) != 0) { throw base::system_error("Could not write " + path_); }
    return finish();
}

base::UniqueFd ReplacementFile::commit_new() {
    static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
    if (rename_without_replacing(name_.c_str(), target_.c_str()) == 0) { return finish(); }
    if (errno == EEXIST) { throw already_exists(path_); }
    throw base::system_error("Could not write " + path_);
}

}  // namespace memray::capture
