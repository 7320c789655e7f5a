// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/replacement_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "injector/base/file.h"

namespace memray::base {
namespace {

constexpr int kMostTries = 100;

std::string path_of(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// Short, so that it is valid wherever the file's own name is.
std::string random_name() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof(number), 0) != sizeof(number)) { throw system_error("getting a random number"); }
    return ".memray-" + std::to_string(number) + ".tmp";
}

// A file without a name; none where the file system has none, or where it could not be given one later.
UniqueFd create_nameless(int folder, mode_t mode) {
    UniqueFd fd(::openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    if (fd && ::access(path_of(fd.get()).c_str(), F_OK) != 0) { fd.reset(); }
    return fd;
}

// On file systems that cannot refuse to replace, there is a moment in which a new file goes unseen.
int rename_without_replacing(int folder, const char* from, const char* to) noexcept {
    if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) { return 0; }
    if (errno != EINVAL && errno != ENOSYS) { return -1; }
    if (::faccessat(folder, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0) { return ::renameat(folder, from, folder, to); }
    errno = EEXIST;
    return -1;
}

}  // namespace

ReplacementFile::ReplacementFile(const OutputPlace& place, mode_t mode)
    : place_(place), fd_(create_nameless(place.folder(), mode)) {
    place_.require_replaceable();
    for (int i = 0; !fd_; ++i) {
        std::string name = random_name();
        fd_.reset(::openat(place_.folder(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (fd_) { name_ = std::move(name); }
        if (!fd_ && (errno != EEXIST || i == kMostTries)) { throw place_.error(errno); }
    }
}

ReplacementFile::~ReplacementFile() {
    if (!name_.empty()) { ::unlinkat(place_.folder(), name_.c_str(), 0); }
}

Error ReplacementFile::error(int number) const { return system_error("Could not write " + place_.path(), number); }

void ReplacementFile::append(std::span<const std::uint8_t> bytes) { write_all(fd_.get(), bytes, place_.path()); }

void ReplacementFile::flush() {
    if (::fsync(fd_.get()) != 0 && errno != EINVAL) { throw error(errno); }
}

// Through /proc, for linking a descriptor itself (AT_EMPTY_PATH) takes a privilege: open(2), O_TMPFILE.
bool ReplacementFile::link_as(const std::string& name) const noexcept {
    return ::linkat(AT_FDCWD, path_of(fd_.get()).c_str(), place_.folder(), name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

void ReplacementFile::give_temporary_name() {
    for (int i = 0; name_.empty(); ++i) {
        std::string name = random_name();
        if (link_as(name)) {
            name_ = std::move(name);
        } else if (errno != EEXIST || i == kMostTries) {
            throw error(errno);
        }
    }
}

void ReplacementFile::copy_permissions() const {
    place_.require_replaceable();
    const auto replaced = place_.status();
    if (!replaced) { return; }
    // Ownership as far as we may; a failure leaves a file that is ours, which is what a new one would be.
    const int to = fd_.get();
    if (::fchown(to, replaced->st_uid, replaced->st_gid) != 0) {
        static_cast<void>(::fchown(to, ~uid_t{0}, replaced->st_gid));
    }
    constexpr mode_t kAccess = S_IRWXU | S_IRWXG | S_IRWXO;  // writing takes the other bits away
    static_cast<void>(::fchmod(to, replaced->st_mode & kAccess));
}

UniqueFd ReplacementFile::commit() {
    copy_permissions();
    // Before it has its name, so that nobody finds it unlocked.
    static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
    give_temporary_name();
    const int folder = place_.folder();
    if (::renameat(folder, name_.c_str(), folder, place_.name().c_str()) != 0) { throw error(errno); }
    name_.clear();
    return std::move(fd_);
}

UniqueFd ReplacementFile::commit_new() {
    static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
    const bool done = name_.empty()
                          ? link_as(place_.name())
                          : rename_without_replacing(place_.folder(), name_.c_str(), place_.name().c_str()) == 0;
    if (!done && errno != EEXIST) { throw error(errno); }
    if (!done) { return {}; }
    name_.clear();
    return std::move(fd_);
}

}  // namespace memray::base
