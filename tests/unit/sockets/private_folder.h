// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A temporary folder of this user's only, as $XDG_RUNTIME_DIR while it lives.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "injector/sockets/runtime_folder.h"

namespace memray::sockets::tests {

class PrivateFolder {
public:
    PrivateFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "memray-sockets-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
        ::setenv("XDG_RUNTIME_DIR", path_.c_str(), 1);
    }
    ~PrivateFolder() {
        ::unsetenv("XDG_RUNTIME_DIR");
        std::filesystem::remove_all(path_);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string memray() const { return path_ + "/memray"; }
    // Both lead to the same folder.
    [[nodiscard]] bool is_that_of(const RuntimeFolder& folder) const {
        struct stat here {};
        struct stat there {};
        return ::stat(memray().c_str(), &here) == 0 && ::fstat(folder.fd(), &there) == 0 && here.st_ino == there.st_ino;
    }

private:
    std::string path_;
};

}  // namespace memray::sockets::tests
