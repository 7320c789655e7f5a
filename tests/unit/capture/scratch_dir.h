// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An empty directory that goes away with its content.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

class ScratchDir {
public:
    ScratchDir() {
        std::string name = std::filesystem::temp_directory_path() / "memray-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) { throw std::runtime_error("mkdtemp"); }
        path_ = name;
    }
    ~ScratchDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A new file each time: emptying one and writing it again makes some file systems wait for the disk.
inline void write_file(const std::string& path, const std::string& content) {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}
