// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A file that takes its place, and that of an older one, when it is complete: until then it has no name, or where file
// systems have no such files (O_TMPFILE) one that nobody can guess. Whatever happens before leaves the older file as it
// was; the destructor removes what there is (a killed process can leave a file without the right name behind).
// Permissions and, as far as we may, ownership stay those of the file that is replaced.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "injector/base/error.h"
#include "injector/base/output_place.h"
#include "injector/base/unique_fd.h"

namespace memray::base {

class ReplacementFile {
public:
    // `place` must outlive this; what is there must be nothing or a regular file. `mode`: of a new file, less the
    // umask. Throws Error.
    explicit ReplacementFile(const OutputPlace& place, mode_t mode = 0666);
    ~ReplacementFile();
    ReplacementFile(const ReplacementFile&) = delete;
    ReplacementFile& operator=(const ReplacementFile&) = delete;

    // Throws Error.
    void append(std::span<const std::uint8_t> bytes);
    // Has the disk write what was appended: the new content survives a crash of the machine, too. Throws Error.
    void flush();
    // Takes the place of what is there. Returns the descriptor of the new file, locked as the output of a recording is.
    // Throws Error.
    UniqueFd commit();
    // The same where nothing is; no descriptor if there is something by now. Throws Error.
    UniqueFd commit_new();

private:
    [[nodiscard]] bool link_as(const std::string& name) const noexcept;
    void give_temporary_name();
    void copy_permissions() const;
    [[nodiscard]] Error error(int number) const;

    const OutputPlace& place_;
    UniqueFd fd_;
    std::string name_;  // the temporary one, if it has one
};

}  // namespace memray::base
