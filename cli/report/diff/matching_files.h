// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which source files of two captures are the same one, though they lie elsewhere: in another checkout, another virtual
// environment, a container, below another version of Python.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace memray::report {

// Files of the old capture that begin with `old_start` are those of the new one that begin with `new_start`.
struct PathMap {
    std::string old_start;
    std::string new_start;
};

// What a capture says of its files.
struct FilesOfCapture {
    std::set<std::string> files;
    std::vector<std::string> search_paths;  // Metadata::search_paths
};

// From files of the old capture to those of the new one that are the same and have another name. In this order count:
// the map, equal names, the path below a folder of packages, the standard library or the longest search path (the
// folder of the script), and, for what is below none of these, the longest common end. No file is taken twice.
[[nodiscard]] std::map<std::string, std::string> matching_files(const FilesOfCapture& before,
                                                                const FilesOfCapture& after,
                                                                const std::vector<PathMap>& maps);

}  // namespace memray::report
