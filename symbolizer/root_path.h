// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How a file is called inside another root directory. Paths in a capture are those that the recorder saw: of a program
// in a chroot they begin with the chroot's own path, of one in a container they do not.
#pragma once

#include <string>

namespace memray::symbolizer {

// `path` without the path of `root`, if that is what it begins with. An empty `root` is none.
[[nodiscard]] std::string path_in_root(const std::string& path, const std::string& root);

}  // namespace memray::symbolizer
