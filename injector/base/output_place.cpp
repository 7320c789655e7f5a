// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/output_place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <utility>

namespace memray::base {
namespace {

constexpr mode_t kMode = 0666;  // less the umask
constexpr int kMaxLinks = 40;   // as in Linux

bool is_same(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

// /proc/PID/fd/N and the like lead to what is open, which need not be what their text names.
bool leads_by_itself(int link, int folder, const std::string& name, const std::string& text) {
    struct statfs system {};
    if (::fstatfs(link, &system) != 0 || system.f_type != PROC_SUPER_MAGIC) { return false; }
    struct stat through {};
    struct stat named {};
    return ::fstatat(folder, name.c_str(), &through, 0) == 0 &&
           (::fstatat(folder, text.c_str(), &named, 0) != 0 || !is_same(through, named));
}

}  // namespace

OutputPlace::OutputPlace(std::string path) : path_(std::move(path)) {
    std::optional<std::string> next = path_;
    for (int i = 0; next; ++i) {
        if (i > kMaxLinks) { throw error(ELOOP); }
        const std::filesystem::path file(*next);
        const std::string parent = file.has_parent_path() ? file.parent_path().string() : ".";
        const int from = folder_ ? folder_.get() : AT_FDCWD;
        UniqueFd folder(::openat(from, parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folder) { throw error(errno); }
        folder_ = std::move(folder);
        name_ = file.has_filename() ? file.filename().string() : ".";
        next = linked();
    }
}

OutputPlace::OutputPlace(int folder, std::string name)
    : path_(name), folder_(::fcntl(folder, F_DUPFD_CLOEXEC, 0)), name_(std::move(name)) {
    if (!folder_) { throw error(errno); }
}

// What the name is a link to; nothing if it is none.
std::optional<std::string> OutputPlace::linked() {
    const UniqueFd link(::openat(folder(), name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!link && errno == ENOENT) { return {}; }
    if (!link || ::fstat(link.get(), &status) != 0) { throw error(errno); }
    if (!S_ISLNK(status.st_mode)) { return {}; }
    require_own(status);
    std::array<char, PATH_MAX> text{};
    const ssize_t size = ::readlinkat(link.get(), "", text.data(), text.size());
    if (size < 0) { throw error(errno); }
    std::string target(text.data(), static_cast<std::size_t>(size));
    magic_ = leads_by_itself(link.get(), folder(), name_, target);
    return magic_ ? std::nullopt : std::optional(std::move(target));
}

std::optional<struct stat> OutputPlace::status() const noexcept {
    struct stat status {};
    if (::fstatat(folder(), name_.c_str(), &status, magic_ ? 0 : AT_SYMLINK_NOFOLLOW) != 0) { return {}; }
    return status;
}

// may_follow_link() and may_create_in_sticky() in Linux' fs/namei.c.
bool OutputPlace::is_planted(const struct stat& status) const noexcept {
    constexpr mode_t kShared = S_ISVTX | S_IWOTH;
    struct stat folder_status {};
    if (::fstat(folder(), &folder_status) != 0) { return true; }
    return (folder_status.st_mode & kShared) == kShared && status.st_uid != ::geteuid() &&
           status.st_uid != folder_status.st_uid;
}

void OutputPlace::require_own(const struct stat& status) const {
    const bool guarded = S_ISLNK(status.st_mode) || S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode);
    if (!guarded || magic_ || !is_planted(status)) { return; }
    throw Error(error(EACCES).what() + std::string(" (it is another user's, in a folder that anybody may write to)"));
}

UniqueFd OutputPlace::create() const {
    UniqueFd file(::openat(folder(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (!file && errno != EEXIST) { throw error(errno); }
    return file;
}

void OutputPlace::require_replaceable() const {
    const auto there = status();
    if (!there) { return; }
    if (S_ISDIR(there->st_mode)) { throw error(EISDIR); }
    if (!S_ISREG(there->st_mode)) {
        throw Error("Could not create output file " + path_ + ": it is not a regular file");
    }
    require_own(*there);
}

// First without opening it, since opening can have effects: a FIFO waits, a device acts.
UniqueFd OutputPlace::open_existing() const {
    const UniqueFd found(::openat(folder(), name_.c_str(), O_PATH | O_CLOEXEC | (magic_ ? 0 : O_NOFOLLOW)));
    struct stat status {};
    if (!found || ::fstat(found.get(), &status) != 0) { throw error(errno); }
    if (S_ISDIR(status.st_mode)) { throw error(EISDIR); }
    require_own(status);
    const std::string same = "/proc/self/fd/" + std::to_string(found.get());
    UniqueFd file(::open(same.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) { throw error(errno); }
    return file;
}

void OutputPlace::remove(int fd) const noexcept {
    struct stat open {};
    const auto there = status();
    if (there && ::fstat(fd, &open) == 0 && is_same(*there, open)) { ::unlinkat(folder(), name_.c_str(), 0); }
}

Error OutputPlace::error(int number) const { return system_error("Could not create output file " + path_, number); }

}  // namespace memray::base
