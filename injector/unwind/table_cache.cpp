// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/table_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "injector/base/error.h"
#include "injector/base/output_place.h"
#include "injector/base/replacement_file.h"
#include "injector/base/unique_fd.h"
#include "injector/unwind/table_compiler.h"
#include "payload/wire/unwind_table.h"

namespace memray::unwind {
namespace {

using Table = std::vector<std::uint8_t>;

// Bump the number with every change of unwind_table.h or of what the compiler makes of a section.
constexpr char kMagic[8] = {'M', 'R', 'U', 'N', 'W', 'N', 'D', '1'};

std::string user_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && cache[0] == '/') { return std::string(cache) + "/memray/unwind"; }
    const char* home = std::getenv("HOME");
    return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/memray/unwind" : std::string();
}

bool is_private(int fd, mode_t kind) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind && status.st_uid == ::geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Of the right size for what its header says.
bool is_table(const Table& table) {
    wire::UnwindTable header;
    if (table.size() < sizeof header) { return false; }
    std::memcpy(&header, table.data(), sizeof header);
    return header.row_count > 0 && header.rule_count <= wire::kMaxUnwindRules &&
           wire::unwind_table_size(header.row_count, header.rule_count) == table.size();
}

Table load(int folder, const std::string& name) {
    const base::UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!fd || !is_private(fd.get(), S_IFREG) || ::fstat(fd.get(), &status) != 0) { return {}; }
    char magic[sizeof kMagic];
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size <= sizeof magic || ::read(fd.get(), magic, sizeof magic) != sizeof magic) { return {}; }
    Table table(size - sizeof magic);
    const bool whole = ::read(fd.get(), table.data(), table.size()) == static_cast<ssize_t>(table.size());
    const bool good = whole && std::memcmp(magic, kMagic, sizeof magic) == 0 && is_table(table);
    return good ? table : Table{};
}

// Others may have put something into a folder that they can write to, under names of their choice: such a one is not
// used. One that they can only look into becomes the owner's alone.
base::UniqueFd open_private_folder(const std::string& folder) {
    base::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd || !is_private(fd.get(), S_IFDIR) || ::fchmod(fd.get(), S_IRWXU) != 0) { fd.reset(); }
    return fd;
}

bool make_private_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
    ::mkdir(folder.c_str(), S_IRWXU);
    return static_cast<bool>(open_private_folder(folder));
}

// Whole or not at all: another process may look for it at any time. What goes wrong costs time only.
void store(int folder, const std::string& name, const Table& table) {
    try {
        const base::OutputPlace place(folder, name);
        base::ReplacementFile file(place, S_IRUSR | S_IWUSR);
        file.append({reinterpret_cast<const std::uint8_t*>(kMagic), sizeof kMagic});
        file.append(table);
        file.commit();
    } catch (const base::Error&) {}
}

}  // namespace

TableCache::TableCache() : TableCache(user_folder()) {}

TableCache::TableCache(std::string folder) : folder_(std::move(folder)) {
    if (!folder_.empty() && !make_private_folder(folder_)) { folder_.clear(); }
}

std::vector<std::uint8_t> TableCache::table_of(const MappedImage& image, const elf::ReadMemory& read) const {
    constexpr std::size_t kShortest = 16;  // digits; what is shorter identifies nothing
    const bool cached = !folder_.empty() && image.build_id.size() >= kShortest;
    const base::UniqueFd folder = cached ? open_private_folder(folder_) : base::UniqueFd();
    if (folder) {
        Table known = load(folder.get(), image.build_id);
        if (!known.empty()) { return known; }
    }
    Table table = compile_table(read_eh_frame(image, read), image.begin.value()).bytes;
    if (folder && !table.empty()) { store(folder.get(), image.build_id, table); }
    return table;
}

}  // namespace memray::unwind
