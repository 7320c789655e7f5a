// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Finds the file that a module was loaded from, or one that stands for it. A file is only taken if it is that file: the
// same build-id, or, without one, the same size and time.
#pragma once

#include <string>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "symbolizer/options.h"
#include "symbolizer/target_process.h"

namespace memray::symbolizer {

// How a file is called inside another root directory: `path` without the path of `root`, if that is what it begins
// with. Paths in a capture are those that the recorder saw: of a program in a chroot they begin with the chroot's own
// path, of one in a container they do not. An empty `root` is none.
[[nodiscard]] std::string path_in_root(const std::string& path, const std::string& root);

struct ModuleFile {
    base::UniqueFd fd;  // none: `problem` says why
    std::string path;
    capture::SymbolSource problem{capture::SymbolSource::kMissing};
};

class ModuleFinder {
public:
    // Both must outlive it.
    ModuleFinder(const Options& options, const TargetProcess& target) : options_(options), target_(target) {}

    // The target's own file, or else its debug file, in a build-id directory or `downloaded`.
    [[nodiscard]] ModuleFile find(const capture::Module& module, const std::string& downloaded) const;
    // Directories that hold debug files, in the order of libdwfl's debuginfo path.
    [[nodiscard]] std::vector<std::string> debug_dirs() const;

private:
    [[nodiscard]] std::vector<std::string> candidates(const capture::Module& module) const;

    const Options& options_;
    const TargetProcess& target_;
};

}  // namespace memray::symbolizer
