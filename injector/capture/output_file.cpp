// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/output_file.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/replacement_file.h"

namespace memray::capture {

base::Error already_exists(const std::string& path) {
    return base::Error("Output file " + path +
                       " already exists. Memray can overwrite it with the --force CLI argument.");
}

void require_creatable(const std::string& path, bool overwrite) {
    const auto there = base::OutputPlace(path).status();
    if (there && S_ISREG(there->st_mode) && !overwrite) { throw already_exists(path); }
}

OutputFile::OutputFile(const std::string& path, bool overwrite, Content content) : path_(path), content_(content) {
    base::OutputPlace place(path);
    const auto there = place.status();
    regular_ = !there || S_ISREG(there->st_mode);
    if (regular_) {
        open_regular(place, overwrite);
    } else {
        fd_ = place.open_existing();
    }
    if (content == Content::kIsReplaced) { place_.emplace(std::move(place)); }
}

void OutputFile::open_regular(const base::OutputPlace& place, bool overwrite) {
    fd_ = place.create();
    if (fd_) {
        static_cast<void>(::flock(fd_.get(), LOCK_EX | LOCK_NB));
        return;
    }
    if (!overwrite) { throw already_exists(path_); }
    open_existing(place);
}

void OutputFile::open_existing(const base::OutputPlace& place) {
    fd_ = place.open_existing();
    // Two recordings into one file would leave neither.
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        throw base::Error("Could not create output file " + path_ + ": another recording is writing it");
    }
    if (content_ == Content::kGrows && ::ftruncate(fd_.get(), 0) != 0) { throw place.error(errno); }
}

void OutputFile::append(std::span<const std::uint8_t> bytes) {
    try {
        base::write_all(fd_.get(), bytes, path_);
    } catch (const base::Error&) {
        if (regular_ && ::ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0) {
            ::lseek(fd_.get(), static_cast<off_t>(size_), SEEK_SET);
        }
        throw;
    }
    size_ += bytes.size();
}

void OutputFile::replace(std::span<const std::uint8_t> bytes) {
    base::ReplacementFile file(place_.value());
    file.append(bytes);
    fd_ = file.commit();
    size_ = bytes.size();
}

void OutputFile::overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) noexcept {
    if (!regular_ || offset + bytes.size() > size_) { return; }
    static_cast<void>(::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) < 0);
}

void OutputFile::remove() noexcept {
    if (!regular_) { return; }
    try {
        base::OutputPlace(path_).remove(fd_.get());
    } catch (const base::Error&) {}  // its folder is gone
    fd_.reset();
}

}  // namespace memray::capture
