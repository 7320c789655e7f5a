// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where a file is to be created, written or replaced: a folder, held open, and a name in it. Links in the last
// component of a path are followed once, when this is made; from then on nobody can lead it elsewhere.
//
// What belongs to another user in a folder that is sticky and that anybody may write to (/tmp) was put there for us to
// fall for: unless it is the owner of the folder's, such a link is not followed, and such a file or FIFO not written
// to. These are the rules of fs.protected_symlinks, protected_regular and protected_fifos (Linux,
// Documentation/admin-guide/sysctl/fs.rst), which a shell's ">" obeys where they are switched on; we do everywhere.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

namespace memray::base {

class OutputPlace {
public:
    // `path`: as the user calls it. Its folder must exist. Throws Error "Could not create output file PATH: why".
    explicit OutputPlace(std::string path);
    // In a folder that is open: for names that are ours alone; links are not followed. Throws Error.
    OutputPlace(int folder, std::string name);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // For the ...at() calls (O_PATH).
    [[nodiscard]] int folder() const noexcept { return folder_.get(); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    // What is there; nothing if nothing is.
    [[nodiscard]] std::optional<struct stat> status() const noexcept;
    // Whether somebody else may have put it there for us, see above.
    [[nodiscard]] bool is_planted(const struct stat& status) const noexcept;

    // Throws Error unless nothing is there, or a regular file that is not planted.
    void require_replaceable() const;

    // A new file, for writing; none if there is something. Throws Error.
    [[nodiscard]] UniqueFd create() const;
    // What is there, for writing: a file (not emptied), a FIFO, a device. Throws Error.
    [[nodiscard]] UniqueFd open_existing() const;
    // Removes the file that `fd` is open for, if it is still there.
    void remove(int fd) const noexcept;

    [[nodiscard]] Error error(int number) const;

private:
    [[nodiscard]] std::optional<std::string> linked();
    void require_own(const struct stat& status) const;

    std::string path_;
    UniqueFd folder_;
    std::string name_;
    bool magic_{false};  // a link of /proc to something without a name, such as a pipe
};

}  // namespace memray::base
