// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "injector/base/error.h"

namespace memray::capture {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // less the umask
constexpr int kMaxLinks = 40;

base::Error creation_error(const std::string& path, int number) {
    return base::system_error("Could not create output file " + path, number);
}

// Where writing to `path` ends up, whether that exists or not.
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

void write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) { continue; }
        if (written < 0) { throw base::system_error("Could not write " + path); }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

// A new file beside `target`. Its name is short, so that it is valid wherever the target's is.
base::UniqueFd create_beside(const fs::path& target, fs::path& name) {
    for (int i = 0;; ++i) {
        name = target.parent_path() / (".memray-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp");
        base::UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
        if (fd || errno != EEXIST) { return fd; }
    }
}

void copy_permissions(const std::string& from, int to) noexcept {
    struct stat status {};
    if (::stat(from.c_str(), &status) != 0) { return; }
    // Ownership as far as we may; a failure leaves a file that is ours, which is what a new one would be.
    if (::fchown(to, status.st_uid, status.st_gid) != 0) { static_cast<void>(::fchown(to, ~uid_t{0}, status.st_gid)); }
    static_cast<void>(::fchmod(to, status.st_mode & 07777U));
}

}  // namespace

OutputFile::OutputFile(const std::string& path, bool overwrite, Content content)
    : path_(path), target_(follow_links(path)), content_(content) {
    struct stat status {};
    const bool exists = ::stat(target_.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) { throw creation_error(path_, EISDIR); }
    regular_ = !exists || S_ISREG(status.st_mode);
    if (regular_) {
        open_regular(overwrite);
    } else {
        fd_.reset(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
        if (!fd_) { throw creation_error(path_, errno); }
    }
}

void OutputFile::open_regular(bool overwrite) {
    fd_.reset(::open(target_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (fd_) {
        static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
        return;
    }
    if (errno != EEXIST) { throw creation_error(path_, errno); }
    if (!overwrite) {
        throw base::Error("Output file " + path_ +
                          " already exists. Memray can overwrite it with the --force CLI argument.");
    }
    open_existing();
}

void OutputFile::open_existing() {
    fd_.reset(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd_) { throw creation_error(path_, errno); }
    // Two recordings into one file would leave neither.
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        throw base::Error("Could not create output file " + path_ + ": another recording is writing it");
    }
    if (content_ == Content::kGrows && ::ftruncate(fd_.get(), 0) != 0) { throw creation_error(path_, errno); }
}

void OutputFile::append(std::span<const std::uint8_t> bytes) {
    try {
        write_all(fd_.get(), bytes, path_);
    } catch (const base::Error&) {
        if (regular_ && ::ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0) {
            ::lseek(fd_.get(), static_cast<off_t>(size_), SEEK_SET);
        }
        throw;
    }
    size_ += bytes.size();
}

void OutputFile::replace(std::span<const std::uint8_t> bytes) {
    fs::path name;
    const base::UniqueFd fd = create_beside(target_, name);
    if (!fd) { throw creation_error(path_, errno); }
    try {
        write_all(fd.get(), bytes, path_);
        copy_permissions(target_, fd.get());
        if (::rename(name.c_str(), target_.c_str()) != 0) { throw base::system_error("Could not write " + path_); }
    } catch (const base::Error&) {
        ::unlink(name.c_str());
        throw;
    }
    size_ = bytes.size();
}

void OutputFile::remove() noexcept {
    fd_.reset();
    if (regular_) { ::unlink(target_.c_str()); }
}

}  // namespace memray::capture
