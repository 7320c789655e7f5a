// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A file that takes another one's place when it is complete: a temporary file beside it, then a rename. Whatever
// happens before leaves the other file as it was; the destructor removes the temporary file (a killed process leaves
// it behind). Permissions and, as far as we may, ownership stay those of the file that is replaced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

namespace memray::capture {

// Where writing to `path` ends up, whether that exists or not: absolute, without symbolic links in the last component.
[[nodiscard]] std::filesystem::path follow_links(const std::string& path);
// Writes all of `bytes`; throws base::Error that calls the file `path`.
void write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& path);
[[nodiscard]] base::Error already_exists(const std::string& path);

class ReplacementFile {
public:
    // `path`: as the user calls the file. `target`: follow_links(path). Throws base::Error.
    ReplacementFile(std::string path, std::filesystem::path target);
    ~ReplacementFile();
    ReplacementFile(const ReplacementFile&) = delete;
    ReplacementFile& operator=(const ReplacementFile&) = delete;

    void append(std::span<const std::uint8_t> bytes) { write_all(fd_.get(), bytes, path_); }
    // Has the disk write what was appended: the new content survives a crash of the machine, too.
    void flush();
    // Returns the descriptor of the new file, locked as the output of a recording is.
    base::UniqueFd commit();
    // Throws already_exists() if there is a file by now.
    base::UniqueFd commit_new();

private:
    void copy_permissions() noexcept;
    base::UniqueFd finish() noexcept;

    std::string path_;
    std::filesystem::path target_;
    std::filesystem::path name_;  // empty after commit()
    base::UniqueFd fd_;
};

}  // namespace memray::capture
