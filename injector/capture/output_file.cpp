// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "injector/base/error.h"
#include "injector/capture/replacement_file.h"

namespace memray::capture {
namespace {

constexpr mode_t kMode = 0666;  // less the umask

base::Error creation_error(const std::string& path, int number) {
    return base::system_error("Could not create output file " + path, number);
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
    if (!overwrite) { throw already_exists(path_); }
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
    ReplacementFile file(path_, target_);
    file.append(bytes);
    fd_ = file.commit();
    size_ = bytes.size();
}

void OutputFile::remove() noexcept {
    fd_.reset();
    if (regular_) { ::unlink(target_.c_str()); }
}

}  // namespace memray::capture
