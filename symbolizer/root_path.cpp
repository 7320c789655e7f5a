// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/root_path.h"

#include <filesystem>
#include <system_error>

namespace memray::symbolizer {

std::string path_in_root(const std::string& path, const std::string& root) {
    if (root.empty()) { return path; }
    std::error_code error;
    const std::string folder = std::filesystem::canonical(root, error);
    const bool inside = !error && path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
    return inside ? path.substr(folder.size()) : path;
}

}  // namespace memray::symbolizer
