// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/modules.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace memray::report {
namespace {

constexpr std::array<std::string_view, 2> kPackageFolders{"/site-packages/", "/dist-packages/"};

// "a/b.py" is a, "a.py" is a, "__init__.py" is nothing.
std::string top_level(std::string_view relative) {
    const std::size_t slash = relative.find('/');
    if (slash != std::string_view::npos) { return std::string(relative.substr(0, slash)); }
    if (relative.ends_with(".py")) { relative.remove_suffix(3); }
    return std::string(relative);
}

// <prefix>/lib/python3.11/... or <prefix>/lib64/python3.13t/... or <prefix>/lib/python311.zip/...
bool is_standard_library(std::string_view file) {
    if (file.starts_with("<frozen ")) { return true; }
    for (const std::string_view folder : {"/lib/python", "/lib64/python"}) {
        const std::size_t found = file.find(folder);
        if (found == std::string_view::npos) { continue; }
        const std::string_view version = file.substr(found + folder.size());
        const std::size_t end = version.find('/');
        const bool numbered = !version.empty() && std::isdigit(static_cast<unsigned char>(version.front())) != 0;
        const bool bare_major = end == 1;  // /usr/lib/python3/ holds Debian's packages, not the library
        if (numbered && end != std::string_view::npos && !bare_major) { return true; }
    }
    return false;
}

bool is_below(std::string_view file, std::string_view folder) {
    return !folder.empty() && file.size() > folder.size() + 1 && file.starts_with(folder) && file[folder.size()] == '/';
}

// The folder's name for __init__.py, else the file's own.
std::string own_name(std::string_view file) {
    const auto parent_end = file.rfind('/');
    const std::string_view name = parent_end == std::string_view::npos ? file : file.substr(parent_end + 1);
    if (name != "__init__.py" || parent_end == std::string_view::npos) { return top_level(name); }
    return own_name(file.substr(0, parent_end));
}

}  // namespace

std::string module_of(std::string_view file, const std::vector<std::string>& search_paths) {
    for (const std::string_view folder : kPackageFolders) {
        const std::size_t found = file.rfind(folder);
        if (found != std::string_view::npos) { return top_level(file.substr(found + folder.size())); }
    }
    if (is_standard_library(file)) { return {}; }
    for (std::string_view folder : search_paths) {
        while (folder.ends_with('/')) { folder.remove_suffix(1); }
        if (is_below(file, folder)) { return top_level(file.substr(folder.size() + 1)); }
    }
    return file.empty() ? "unknown" : own_name(file);
}

std::vector<std::string> modules_of_files(const StackView& view, const std::vector<std::string>& search_paths) {
    std::vector<std::string> modules(view.strings.size());
    for (const ViewFrame& frame : view.frames) {
        std::string& module = modules[frame.file];
        if (frame.kind == FrameKind::kPython && module.empty()) {
            module = module_of(view.strings[frame.file], search_paths);
        }
    }
    return modules;
}

std::vector<std::string_view> modules_of_stacks(const StackView& view,
                                                const std::vector<std::string>& module_of_string) {
    std::vector<std::string_view> result(view.stacks.size(), kNoModule);
    for (std::size_t i = 1; i < view.stacks.size(); ++i) {
        const capture::Stack& stack = view.stacks[i];
        const std::string& module = module_of_string[view.frames[stack.frame].file];
        result[i] = module.empty() ? result[stack.parent] : std::string_view(module);
    }
    return result;
}

}  // namespace memray::report
