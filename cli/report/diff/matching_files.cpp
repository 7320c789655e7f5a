// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/matching_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "cli/report/frame_class.h"

namespace memray::report {
namespace {

using Names = std::map<std::string, std::string>;

constexpr std::size_t kMostAlike = 1000;  // files of one name that are compared with each other

std::string_view base_name(std::string_view file) { return file.substr(file.rfind('/') + 1); }

// What follows `folder`; nothing if the file is not below it.
std::optional<std::string_view> below(std::string_view file, std::string_view folder) {
    while (folder.ends_with('/')) { folder.remove_suffix(1); }
    if (!file.starts_with(folder) || file.size() <= folder.size() || file[folder.size()] != '/') {
        return std::nullopt;
    }
    return file.substr(folder.size() + 1);
}

// The same of a name as Python before 3.9 has it of a script, "src/app.py": relative to a folder that is not known.
std::optional<std::string_view> below_end(std::string_view file, std::string_view folder) {
    while (folder.ends_with('/')) { folder.remove_suffix(1); }
    const std::string_view name = base_name(file);
    if (file.empty() || file.starts_with('/') || file.starts_with('<')) { return std::nullopt; }
    if (name.size() == file.size()) { return name; }
    const std::string_view parent = file.substr(0, file.size() - name.size() - 1);
    return folder.ends_with(fmt::format("/{}", parent)) ? std::optional(name) : std::nullopt;
}

// Of the standard library: "importlib._bootstrap", which is frozen, is "importlib/_bootstrap.py".
std::string as_path(std::string_view file, std::string_view name) {
    std::string path(name);
    if (!file.starts_with('<')) { return path; }
    std::replace(path.begin(), path.end(), '.', '/');
    return path + ".py";
}

// "_json.cpython-311-x86_64-linux-gnu.so" is "_json.so".
std::string without_abi(std::string path) {
    const std::size_t tag = path.find(".cpython-");
    if (tag == std::string::npos || !path.ends_with(".so")) { return path; }
    return path.substr(0, tag) + ".so";
}

bool is_interpreter(std::string_view file) {
    const std::string_view name = base_name(file);
    const bool named = name.starts_with("python3") || name.starts_with("libpython3");
    return file.starts_with('/') && named && !name.ends_with(".py");
}

// What a file is called wherever it lies; empty if nothing is known to which it is relative.
std::string name_anywhere(std::string_view file, const std::vector<std::string>& search_paths) {
    if (const std::string_view path = path_in_packages(file); !path.empty()) {
        return "packages:" + without_abi(std::string(path));
    }
    if (const std::string_view path = path_in_standard_library(file); !path.empty()) {
        return "standard:" + without_abi(as_path(file, path));
    }
    if (is_interpreter(file)) { return "interpreter"; }
    std::optional<std::string_view> shortest;
    for (const std::string& folder : search_paths) {
        const auto path = file.starts_with('/') ? below(file, folder) : below_end(file, folder);
        if (path && (!shortest || path->size() < shortest->size())) { shortest = path; }
    }
    return shortest ? fmt::format("own:{}", *shortest) : "";
}

bool is_own(const std::string& file) {
    return !file.starts_with('<') && path_in_packages(file).empty() && path_in_standard_library(file).empty() &&
           !is_interpreter(file);
}

// How many names at the end of two paths are the same. What each package has needs its folder, too.
std::size_t common_end(std::string_view a, std::string_view b) {
    std::size_t names = 0;
    while (!a.empty() && base_name(a) == base_name(b)) {
        ++names;
        a = a.substr(0, a.size() - std::min(a.size(), base_name(a).size() + 1));
        b = b.substr(0, b.size() - std::min(b.size(), base_name(b).size() + 1));
    }
    return names;
}

class Matching {
public:
    Matching(const FilesOfCapture& before, const FilesOfCapture& after, const std::vector<PathMap>& maps)
        : after_(after), maps_(maps), free_(after.files) {
        for (const std::string& file : before.files) {
            const std::string mapped = with_map(file);
            if (!take(file, mapped)) { left_.push_back({file, name_anywhere(mapped, before.search_paths)}); }
        }
    }

    Names finish() {
        match_names();
        if (!shares_own_files_) { match_ends(); }
        return std::move(names_);
    }

private:
    struct File {
        std::string path;
        std::string anywhere;
    };

    [[nodiscard]] std::string with_map(const std::string& file) const {
        const PathMap* longest = nullptr;
        for (const PathMap& map : maps_) {
            const bool applies = file == map.old_start || below(file, map.old_start);
            if (applies && (longest == nullptr || map.old_start.size() > longest->old_start.size())) { longest = &map; }
        }
        if (longest == nullptr) { return file; }
        const auto rest = below(file, longest->old_start);
        std::string start = longest->new_start;
        while (rest && start.ends_with('/')) { start.pop_back(); }
        return rest ? fmt::format("{}/{}", start, *rest) : start;
    }

    // Whether there is such a file, which is nobody else's yet.
    bool take(const std::string& file, const std::string& newer) {
        if (free_.erase(newer) == 0) { return false; }
        if (file == newer) {
            shares_own_files_ = shares_own_files_ || is_own(file);
        } else {
            names_.emplace(file, newer);
        }
        return true;
    }

    void match_names() {
        Names newer;  // by what they are called anywhere
        for (const std::string& file : free_) { newer.emplace(name_anywhere(file, after_.search_paths), file); }
        newer.erase("");
        std::erase_if(left_, [&](const File& file) {
            const auto found = newer.find(file.anywhere);
            return found != newer.end() && take(file.path, found->second);
        });
    }

    // Of files that both are the program's own, and of which one is not known to lie below anything.
    [[nodiscard]] std::size_t likeness(const File& file, const std::string& newer) const {
        const bool placed = !file.anywhere.empty() && !name_anywhere(newer, after_.search_paths).empty();
        if (placed || !is_own(file.path) || !is_own(newer)) { return 0; }
        const std::size_t names = common_end(file.path, newer);
        return names == 1 && base_name(newer).starts_with("__") ? 0 : names;
    }

    // Those that are more like each other than like any other one.
    void match_ends() {
        std::map<std::string, std::vector<const File*>> older;  // by their last name
        for (const File& file : left_) { older[std::string(base_name(file.path))].push_back(&file); }
        struct Best {
            std::size_t likeness{0};
            std::string other;  // empty: several
            void see(std::size_t like, const std::string& name) {
                if (like > likeness) {
                    *this = {like, name};
                } else if (like == likeness) {
                    other.clear();
                }
            }
        };
        std::map<std::string, Best> of_older;
        std::map<std::string, Best> of_newer;
        for (const std::string& newer : free_) {
            const std::vector<const File*>& alike = older[std::string(base_name(newer))];
            if (alike.size() > kMostAlike) { continue; }
            for (const File* file : alike) {
                const std::size_t like = likeness(*file, newer);
                if (like == 0) { continue; }
                of_older[file->path].see(like, newer);
                of_newer[newer].see(like, file->path);
            }
        }
        for (const auto& [file, best] : of_older) {
            if (!best.other.empty() && of_newer[best.other].other == file) { take(file, best.other); }
        }
    }

    const FilesOfCapture& after_;
    const std::vector<PathMap>& maps_;
    std::set<std::string> free_;  // files of the new capture that are nobody's yet
    std::vector<File> left_;      // those of the old one that have found none yet
    bool shares_own_files_{false};
    Names names_;
};

}  // namespace

Names matching_files(const FilesOfCapture& before, const FilesOfCapture& after, const std::vector<PathMap>& maps) {
    return Matching(before, after, maps).finish();
}

}  // namespace memray::report
