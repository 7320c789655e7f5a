// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/runtime_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "injector/base/error.h"
#include "injector/sockets/peer.h"

namespace memray::sockets {
namespace {

using std::chrono::steady_clock;
using Folder = std::shared_ptr<const RuntimeFolder>;

constexpr const char* kName = "memray";
constexpr const char* kUsers = "/run/user";
constexpr const char* kTemporary = "/tmp";  // whatever TMPDIR is: others have to find it
constexpr std::chrono::seconds kLockWait{2};

// None if it is not a folder that `owner` alone can enter.
base::UniqueFd open_private(int parent, const std::string& name, uid_t owner) {
    base::UniqueFd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    const bool own = folder && is_known(owner) && ::fstat(folder.get(), &status) == 0 && status.st_uid == owner &&
                     (status.st_mode & ACCESSPERMS) == S_IRWXU;
    return own ? std::move(folder) : base::UniqueFd();
}

// Folders that may hold one of ours.
std::vector<std::string> bases_of(uid_t user, const std::string& hint) {
    const char* variable = user == ::geteuid() ? std::getenv("XDG_RUNTIME_DIR") : nullptr;
    std::vector<std::string> bases;
    for (const std::string& base :
         {std::string(variable != nullptr ? variable : ""), std::string(kUsers) + "/" + std::to_string(user), hint}) {
        const bool known = std::find(bases.begin(), bases.end(), base) != bases.end();
        if (base.starts_with('/') && !known) { bases.push_back(base); }
    }
    return bases;
}

std::string temporary_name(uid_t user) { return std::string(kTemporary) + "/memray-" + std::to_string(user); }

Folder folder_at(int parent, const std::string& name, uid_t user) {
    base::UniqueFd folder = open_private(parent, name, user);
    return folder ? std::make_shared<const RuntimeFolder>(std::move(folder), user) : nullptr;
}

Folder made_at(int parent, const std::string& name, uid_t user) {
    ::mkdirat(parent, name.c_str(), S_IRWXU);  // it may be there
    return folder_at(parent, name, user);
}

std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* entries = copy >= 0 ? ::fdopendir(copy) : nullptr;
    if (entries == nullptr) { return names; }
    while (const dirent* entry = ::readdir(entries)) { names.emplace_back(entry->d_name); }
    ::closedir(entries);
    return names;
}

// Those with random names.
std::vector<Folder> others_of(uid_t user) {
    std::vector<Folder> found;
    const base::UniqueFd temporary(::open(kTemporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::string begin = "memray-" + std::to_string(user) + ".";
    for (const std::string& name : names_in(temporary.get())) {
        if (!name.starts_with(begin)) { continue; }
        if (Folder folder = folder_at(temporary.get(), name, user)) { found.push_back(std::move(folder)); }
    }
    return found;
}

// By names, which need not be true: all_of() makes sure of what has them. Not root, and each once.
std::set<uid_t> users_with_folders() {
    std::set<uid_t> users;
    for (const auto& [folder, begin] : {std::pair(kUsers, ""), std::pair(kTemporary, "memray-")}) {
        const base::UniqueFd parent(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        for (const std::string& name : names_in(parent.get())) {
            uid_t user = 0;
            const std::string_view number = std::string_view(name).substr(std::min(std::strlen(begin), name.size()));
            const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), user);
            if (name.starts_with(begin) && error == std::errc() && user != 0) { users.insert(user); }
        }
    }
    return users;
}

Folder made_with_random_name(uid_t user) {
    std::string name = temporary_name(user) + ".XXXXXX";
    return ::mkdtemp(name.data()) != nullptr ? folder_at(AT_FDCWD, name, user) : nullptr;
}

}  // namespace

Folder RuntimeFolder::of_this_user() {
    const uid_t user = ::geteuid();
    for (const std::string& base : bases_of(user, {})) {
        const base::UniqueFd parent = open_private(AT_FDCWD, base, user);
        if (!parent) { continue; }
        if (Folder folder = made_at(parent.get(), kName, user)) { return folder; }
    }
    if (Folder folder = made_at(AT_FDCWD, temporary_name(user), user)) { return folder; }
    const std::vector<Folder> others = others_of(user);
    if (!others.empty()) { return others.front(); }
    if (Folder folder = made_with_random_name(user)) { return folder; }
    throw base::Error("There is no folder for sockets that only this user can enter, and none can be made in " +
                      std::string(kTemporary) + ": set XDG_RUNTIME_DIR to one");
}

std::vector<Folder> RuntimeFolder::all_of(uid_t user, const std::string& hint) {
    std::vector<Folder> found;
    for (const std::string& base : bases_of(user, hint)) {
        const base::UniqueFd parent = open_private(AT_FDCWD, base, user);
        if (parent) { found.push_back(folder_at(parent.get(), kName, user)); }
    }
    found.push_back(folder_at(AT_FDCWD, temporary_name(user), user));
    const std::vector<Folder> others = others_of(user);
    found.insert(found.end(), others.begin(), others.end());
    std::erase(found, nullptr);
    return found;
}

std::vector<Folder> RuntimeFolder::all_in_reach() {
    std::vector<Folder> found = all_of(::geteuid());
    if (::geteuid() != 0) { return found; }
    for (const uid_t user : users_with_folders()) {
        const std::vector<Folder> theirs = all_of(user);
        found.insert(found.end(), theirs.begin(), theirs.end());
    }
    return found;
}

std::string RuntimeFolder::path_of(const std::string& name) const {
    return "/proc/self/fd/" + std::to_string(fd_.get()) + "/" + name;
}

std::vector<std::string> RuntimeFolder::names() const { return names_in(fd_.get()); }

FolderLock::FolderLock(const RuntimeFolder& folder) : fd_(folder.fd()) {
    const auto deadline = steady_clock::now() + kLockWait;
    while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        if (steady_clock::now() >= deadline) { throw base::system_error("locking the folder of sockets"); }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

FolderLock::~FolderLock() { ::flock(fd_, LOCK_UN); }

}  // namespace memray::sockets
