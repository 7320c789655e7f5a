// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/resolve_command.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string_view>

#include "injector/base/error.h"
#include "injector/elf/executable_file.h"

namespace memray::pursuit {
namespace {

bool is_regular(const std::string& path) {
    struct ::stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool is_runnable(const std::string& path) { return is_regular(path) && ::access(path.c_str(), X_OK) == 0; }

std::string join(std::string_view directory, const std::string& name) {
    return directory.empty() ? "./" + name : std::string(directory) + "/" + name;
}

// The first runnable file of that name; failing that, one that is there.
std::optional<std::string> search_path(const std::string& name) {
    const char* variable = std::getenv("PATH");
    std::string_view rest = variable != nullptr ? variable : "/bin:/usr/bin";
    std::optional<std::string> present;
    for (;;) {
        const std::size_t end = rest.find(':');
        const std::string candidate = join(rest.substr(0, end), name);
        if (is_runnable(candidate)) { return candidate; }
        if (!present && is_regular(candidate)) { present = candidate; }
        if (end == std::string_view::npos) { return present; }
        rest.remove_prefix(end + 1);
    }
}

base::Error refusal(const std::string& name, const std::string& why) {
    return base::Error("Could not start " + name + ": " + why);
}

std::string locate(const std::string& name) {
    if (name.empty()) { throw refusal("''", "command not found"); }
    if (name.find('/') != std::string::npos) { return name; }
    const auto found = search_path(name);
    if (!found) { throw refusal(name, "command not found"); }
    return *found;
}

void check_permissions(const std::string& name, const std::string& path) {
    struct ::stat info {};
    if (::stat(path.c_str(), &info) != 0) { throw base::system_error("Could not start " + name); }
    if (S_ISDIR(info.st_mode)) { throw refusal(name, "is a directory"); }
    if (!is_runnable(path)) { throw refusal(name, "not an executable file"); }
}

// Other static programs may well be launchers that execute CPython.
bool looks_like_python(const std::string& path) {
    return std::string_view(path).substr(path.find_last_of('/') + 1).starts_with("python");
}

void check_kind(const std::string& name, const std::string& path) {
    switch (elf::classify_executable_file(path)) {
        case elf::ExecutableKind::kOtherClass:
            throw refusal(name, "it is a 32-bit program; only x86-64 programs can be profiled");
        case elf::ExecutableKind::kOtherMachine:
            throw refusal(name, "it is for another processor; only x86-64 programs can be profiled");
        case elf::ExecutableKind::kStatic:
            if (looks_like_python(path)) {
                throw refusal(name, "it is statically linked; only dynamically linked programs can be profiled");
            }
            break;
        default:
            break;
    }
}

}  // namespace

std::string resolve_command(const std::string& name) {
    std::string path = locate(name);
    check_permissions(name, path);
    check_kind(name, path);
    return path;
}

void require_traceable(const std::string& name, const std::string& path) {
    struct ::stat info {};
    const bool changes_user = ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_ISUID | S_ISGID)) != 0;
    if (changes_user || ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0) {
        throw refusal(name, "it is a setuid program or has capabilities, which it would lose under a tracer");
    }
}

}  // namespace memray::pursuit
