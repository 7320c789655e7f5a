// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The file a capture is written to. Three kinds: a regular file that grows at its end; a regular file that is replaced
// as a whole (temporary file beside it, then rename), so that it is whole at any time; and anything that is not a
// regular file (/dev/null, a pipe), which is only ever appended to. Symbolic links are followed once, at the start, and
// stay links.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "injector/base/output_place.h"
#include "injector/base/unique_fd.h"

namespace memray::capture {

// What is said where a file is in the way.
[[nodiscard]] base::Error already_exists(const std::string& path);

// For those who have to know before there is something to write: throws base::Error if there is a regular file that may
// not be overwritten.
void require_creatable(const std::string& path, bool overwrite);

class OutputFile {
public:
    enum class Content { kGrows, kIsReplaced };

    // Creates the file. An existing one is emptied (kGrows) or left until the first replace(), if `overwrite`. Throws
    // base::Error.
    OutputFile(const std::string& path, bool overwrite, Content content);

    // Appends all of `bytes`, or nothing of it (as far as the file can be cut back). Throws base::Error.
    void append(std::span<const std::uint8_t> bytes);
    // Replaces the whole content; the permissions stay. Only for regular files. Throws base::Error, and then the old
    // content is untouched.
    void replace(std::span<const std::uint8_t> bytes);
    // Changes bytes that are there already, which takes no room. What cannot be changed stays.
    void overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) noexcept;
    void close() noexcept { fd_.reset(); }
    // Removes a regular file.
    void remove() noexcept;

    [[nodiscard]] bool is_regular() const noexcept { return regular_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    void open_regular(const base::OutputPlace& place, bool overwrite);
    void open_existing(const base::OutputPlace& place);

    std::string path_;                        // as given
    std::optional<base::OutputPlace> place_;  // if it is replaced: others need no descriptor for it
    Content content_;
    base::UniqueFd fd_;
    bool regular_{true};
    std::uint64_t size_{0};
};

}  // namespace memray::capture
