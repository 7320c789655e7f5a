// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/module_finder.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "injector/base/error.h"
#include "symbolizer/build_id.h"

namespace memray::symbolizer {
namespace {

using capture::Module;
using capture::SymbolSource;

constexpr const char* kDebugDir = "/usr/lib/debug";
constexpr std::int64_t kNanoseconds = 1'000'000'000;

// The vdso of this process: the kernel gives all of them the same.
base::UniqueFd own_vdso() {
    const auto address = ::getauxval(AT_SYSINFO_EHDR);
    base::UniqueFd fd(::memfd_create("vdso", MFD_CLOEXEC));
    if (address == 0 || !fd) { return {}; }
    const auto* start = reinterpret_cast<const unsigned char*>(address);
    Elf64_Ehdr header;
    std::memcpy(&header, start, sizeof(header));
    const std::size_t size = header.e_shoff + std::size_t{header.e_shnum} * header.e_shentsize;
    return ::write(fd.get(), start, size) == static_cast<ssize_t>(size) ? std::move(fd) : base::UniqueFd();
}

bool is_same_file(const Module& module, const struct stat& status, bool has_times) {
    if (module.file_size == 0) { return false; }
    const std::int64_t modified = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec;
    return static_cast<std::uint64_t>(status.st_size) == module.file_size &&
           (!has_times || modified == module.modified_ns);
}

// What is wrong with `fd` as the file of `module`; kNotUsed: nothing.
SymbolSource problem_of(const Module& module, int fd, bool has_times) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode))) { return SymbolSource::kUnreadable; }
    try {
        const std::string build_id = build_id_of(fd);
        if (build_id != module.build_id) { return SymbolSource::kMismatch; }
        if (build_id.empty() && !is_same_file(module, status, has_times)) { return SymbolSource::kMismatch; }
    } catch (const base::Error&) { return SymbolSource::kUnreadable; }
    return SymbolSource::kNotUsed;
}

ModuleFile find_vdso(const Module& module) {
    base::UniqueFd fd = own_vdso();
    const bool good = fd && problem_of(module, fd.get(), false) == SymbolSource::kNotUsed;
    return {good ? std::move(fd) : base::UniqueFd(), module.path, SymbolSource::kMismatch};
}

}  // namespace

std::string path_in_root(const std::string& path, const std::string& root) {
    if (root.empty()) { return path; }
    std::error_code error;
    const std::string folder = std::filesystem::canonical(root, error);
    const bool inside = !error && path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
    return inside ? path.substr(folder.size()) : path;
}

std::vector<std::string> ModuleFinder::debug_dirs() const {
    std::vector<std::string> dirs = options_.debug_dirs;
    if (!options_.sysroot.empty()) {
        dirs.push_back(options_.sysroot + kDebugDir);
    } else if (!target_.root().empty()) {
        dirs.push_back(target_.root() + kDebugDir);
    }
    dirs.emplace_back(kDebugDir);  // build-ids tell whether what it has is right
    return dirs;
}

std::vector<std::string> ModuleFinder::candidates(const Module& module) const {
    std::vector<std::string> paths;
    if (!options_.sysroot.empty()) {
        paths.push_back(options_.sysroot + "/" + path_in_root(module.path, options_.sysroot));
    } else {
        if (module.kind == capture::ModuleKind::kDeleted) { paths.push_back(target_.deleted_file(module.path)); }
        if (!target_.root().empty()) { paths.push_back(target_.root() + module.path); }
        paths.push_back(module.path);
    }
    const std::string by_id = build_id_path(module.build_id);
    for (const std::string& dir : debug_dirs()) {
        if (by_id.empty()) { break; }
        std::string path = dir;
        path.append("/").append(by_id);
        paths.push_back(path);
        paths.push_back(path + ".debug");
    }
    return paths;
}

ModuleFile ModuleFinder::find(const Module& module, const std::string& downloaded) const {
    if (module.kind == capture::ModuleKind::kVdso) { return find_vdso(module); }
    std::vector<std::string> paths = candidates(module);
    paths.push_back(downloaded);
    std::erase(paths, std::string());
    // Of several files that will not do, the reader wants to know that there is another version.
    SymbolSource worst = SymbolSource::kMissing;
    for (const std::string& path : paths) {
        base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!fd && (errno == ENOENT || errno == ENOTDIR)) { continue; }
        const SymbolSource problem =
            fd ? problem_of(module, fd.get(), options_.sysroot.empty()) : SymbolSource::kUnreadable;
        if (problem == SymbolSource::kNotUsed) { return {std::move(fd), path, problem}; }
        if (worst != SymbolSource::kMismatch) { worst = problem; }
    }
    return {{}, "", worst};
}

}  // namespace memray::symbolizer
