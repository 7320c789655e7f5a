// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_class.h"

#include <algorithm>
#include <array>
#include <set>

namespace memray::report {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != kNowhere; }

template <std::size_t n>
bool starts_with_any(std::string_view text, const std::array<std::string_view, n>& starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

std::string_view base_name(std::string_view file) { return file.substr(file.rfind('/') + 1); }

// A C source or header in one of the folders of CPython's own sources.
bool is_cpython_source(std::string_view file) {
    constexpr std::array<std::string_view, 6> kFolders{"Include/", "Objects/", "Modules/",
                                                       "Python/",  "Parser/",  "Programs/"};
    if (!file.ends_with(".c") && !file.ends_with(".h")) { return false; }
    return std::any_of(kFolders.begin(), kFolders.end(), [file](std::string_view folder) {
        const std::size_t found = file.rfind(folder);
        return found == 0 || (found != kNowhere && file[found - 1] == '/');
    });
}

bool is_calling_machinery(std::string_view function) {
    constexpr std::array<std::string_view, 18> kStarts{
        "_PyEval_",          "Py_RunMain",     "Py_BytesMain",         "pymain_",
        "_PyRun_",           "PyRun_",         "__libc_start_",        "PyEval_",
        "_PyObject_Call",    "PyObject_Call",  "_PyObject_Vectorcall", "PyObject_Vectorcall",
        "_PyFunction_",      "_PyVectorcall_", "PyVectorcall_",        "_TAIL_CALL_",
        "method_vectorcall", "cfunction_"};
    return starts_with_any(function, kStarts);
}

// By the file that code is in, where its source is not known.
bool is_runtime_module(std::string_view file) {
    constexpr std::array<std::string_view, 11> kStarts{"python",      "libpython",   "libc.so",    "libc-2.",
                                                       "ld-linux",    "libpthread",  "libstdc++",  "libgcc_s",
                                                       "libjemalloc", "libtcmalloc", "libmimalloc"};
    return file.starts_with('/') && starts_with_any(base_name(file), kStarts);
}

// glibc is compiled in its own folder.
bool is_c_library_source(std::string_view file) {
    constexpr std::array<std::string_view, 12> kFolders{"csu/",    "dirent/", "elf/",  "io/",    "libio/",  "locale/",
                                                        "malloc/", "misc/",   "nptl/", "posix/", "stdlib/", "sysdeps/"};
    if (file.starts_with("./")) { file.remove_prefix(2); }
    return starts_with_any(file, kFolders);
}

bool is_allocator_or_start(std::string_view function) {
    constexpr std::array<std::string_view, 17> kNames{
        "malloc", "calloc",  "realloc",  "memalign",     "aligned_alloc", "posix_memalign",
        "valloc", "pvalloc", "mmap",     "mmap64",       "mremap",        "_start",
        "clone",  "clone3",  "__clone3", "start_thread", "_int_malloc"};
    return std::find(kNames.begin(), kNames.end(), function) != kNames.end() || function.starts_with("operator new") ||
           function.starts_with("__libc_");
}

bool is_runtime(std::string_view function, std::string_view file) {
    return is_runtime_module(file) || is_c_library_source(file) || is_allocator_or_start(function);
}

bool is_import_system(std::string_view file) {
    return file.starts_with("<frozen importlib") || file.starts_with("<frozen zipimport") ||
           contains(file, "/importlib/_bootstrap") || file.ends_with("/importlib/__init__.py") ||
           file.ends_with("/zipimport.py");
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// Where "/lib/python3.11/" begins, or "/lib/python3/" of Debian; kNowhere if the path has no such folder.
std::size_t installation_end(std::string_view file) {
    for (const std::string_view folder : {"/lib/python", "/lib64/python"}) {
        const std::size_t found = file.find(folder);
        const std::size_t version = found + folder.size();
        if (found != kNowhere && version < file.size() && is_digit(file[version])) { return found; }
    }
    return kNowhere;
}

// Code that numpy and decorators make, which has no file.
bool is_made_by_library(std::string_view file) {
    return file == "<__array_function__ internals>" || file.starts_with("<decorator-gen-") ||
           file.starts_with("<attrs generated");
}

// Where pythons are installed whose files the view has: "/usr", "/home/me/venv".
std::set<std::string_view> installations(const StackView& view) {
    std::set<std::string_view> prefixes;
    for (const ViewFrame& frame : view.frames) {
        const std::string_view file = view.strings[frame.file];
        const std::size_t end = installation_end(file);
        if (end != kNowhere) { prefixes.insert(file.substr(0, end)); }
    }
    return prefixes;
}

bool is_command(std::string_view file, const std::set<std::string_view>& prefixes) {
    constexpr std::string_view kFolder = "/bin/";
    const std::size_t found = file.rfind(kFolder);
    if (found == kNowhere || contains(file.substr(found + kFolder.size()), "/")) { return false; }
    return !contains(base_name(file), ".") && prefixes.contains(file.substr(0, found));
}

// As merge names it, with the command in the place of the file. No function of Python has such a name.
bool is_process(std::string_view function, FrameKind kind) {
    constexpr std::string_view kStart = "process ";
    if (kind != FrameKind::kPython || !function.starts_with(kStart)) { return false; }
    return std::all_of(function.begin() + kStart.size(), function.end(), is_digit);
}

Role role_of(std::string_view function, std::string_view file, FrameKind kind) {
    if (is_process(function, kind)) { return Role::kProcess; }
    const std::uint8_t mask = frame_class(function, file, kind);
    if ((mask & (kIrrelevant | kRuntime)) != 0) { return Role::kMachinery; }
    if (kind == FrameKind::kNative) { return Role::kLibrary; }
    if ((mask & kImportSystem) != 0) { return Role::kImport; }
    if (file.empty()) { return Role::kProcess; }
    if ((mask & (kInstalled | kStandard)) == 0) { return Role::kOwn; }
    return function == "<module>" ? Role::kModuleBody : Role::kLibrary;
}

}  // namespace

std::uint8_t frame_class(std::string_view function, std::string_view file, FrameKind kind) noexcept {
    if (is_process(function, kind)) { return 0; }
    std::uint8_t mask = 0;
    const bool runpy = file == "<frozen runpy>" || file.ends_with("/runpy.py");
    if (runpy || is_calling_machinery(function) || is_cpython_source(file)) { mask |= kIrrelevant; }
    if (is_import_system(file)) { mask |= kImportSystem; }
    if (!path_in_packages(file).empty() || is_made_by_library(file)) {
        mask |= kInstalled;
    } else if (!path_in_standard_library(file).empty()) {
        mask |= kStandard;
    }
    if (kind == FrameKind::kNative && is_runtime(function, file)) { mask |= kRuntime; }
    return mask;
}

std::vector<Role> roles_of(const StackView& view) {
    const std::set<std::string_view> prefixes = installations(view);
    std::vector<Role> roles;
    roles.reserve(view.frames.size());
    for (const ViewFrame& frame : view.frames) {
        const std::string& file = view.strings[frame.file];
        const Role role = role_of(view.strings[frame.function], file, frame.kind);
        roles.push_back(role == Role::kOwn && is_command(file, prefixes) ? Role::kLibrary : role);
    }
    return roles;
}

std::string_view path_in_packages(std::string_view file) noexcept {
    for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
        const std::size_t found = file.rfind(folder);
        if (found != kNowhere) { return file.substr(found + folder.size()); }
    }
    return {};
}

std::string_view path_in_standard_library(std::string_view file) noexcept {
    constexpr std::string_view kFrozen = "<frozen ";
    if (file.starts_with(kFrozen)) { return file.substr(kFrozen.size(), file.size() - kFrozen.size() - 1); }
    const std::size_t found = installation_end(file);
    if (found != kNowhere) {
        const std::size_t slash = file.find('/', file.find("/python", found) + 1);
        return slash == kNowhere ? std::string_view{} : file.substr(slash + 1);
    }
    const std::size_t zip = file.find(".zip/");
    const std::string_view archive = zip == kNowhere ? "" : base_name(file.substr(0, zip));
    return archive.starts_with("python") ? file.substr(zip + 5) : std::string_view{};
}

std::string_view package_of(std::string_view file) noexcept {
    std::string_view below = path_in_packages(file);
    if (below.empty()) { below = path_in_standard_library(file); }
    std::size_t slash = below.find('/');
    if (slash != kNowhere && below.substr(0, slash).ends_with(".egg")) {
        below.remove_prefix(slash + 1);
        slash = below.find('/');
    }
    return below.substr(0, slash == kNowhere ? below.find('.') : slash);
}

}  // namespace memray::report
