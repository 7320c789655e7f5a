// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/program.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include "cli/running/program_hint.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";

// As Python words it.
base::Error refused(const std::string& path, int number) {
    return base::Error("[Errno " + std::to_string(number) + "] " + std::system_category().message(number) + ": '" +
                       path + "'");
}

bool is_elf(const fs::path& path) {
    std::array<char, kElfMagic.size()> start{};
    std::ifstream file(path, std::ios::binary);
    file.read(start.data(), start.size());
    return file && std::string_view(start.data(), start.size()) == kElfMagic;
}

void require_main_module(const std::string& folder) {
    const fs::path path(folder);
    std::error_code ignored;
    if (!fs::exists(path / "__main__.py", ignored) && !fs::exists(path / "__main__.pyc", ignored)) {
        throw base::Error("memray: '" + folder + "' is a directory without a __main__.py that could be run");
    }
}

void require_script(const Program& script) {
    const std::string& path = script.name;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
        const base::Error reason = refused(path, error ? error.value() : ENOENT);
        throw base::Error(reason.what() + hint_for_missing(script));
    }
    if (::access(path.c_str(), R_OK) != 0) { throw refused(path, errno); }
    if (fs::is_directory(status)) { return require_main_module(path); }
    // A pipe must not be read here: what is read is lost to Python.
    if (fs::is_regular_file(status) && is_elf(path)) {
        throw base::Error("Only valid Python files or commands can be executed under memray" + hint_for_binary(script));
    }
}

// Of a script's path: `python folder/` and `python .` work, too.
fs::path without_trailing_slash(const std::string& script) {
    fs::path path = script;
    if (!path.has_filename()) { path = path.parent_path(); }
    return path;
}

std::string script_output_name(const fs::path& script) {
    std::string name = script.filename();
    if (name == "." || name == "..") {
        std::error_code ignored;
        name = fs::weakly_canonical(script, ignored).filename();
    }
    return name;
}

std::string folder_of_imports(const Program& program) {
    std::error_code ignored;
    if (program.kind != ProgramKind::kScript) { return fs::current_path(ignored); }
    const fs::path script = fs::weakly_canonical(program.name, ignored);
    return fs::is_directory(script, ignored) ? script : script.parent_path();
}

}  // namespace

std::vector<std::string> interpreter_arguments(const Program& program) {
    std::vector<std::string> arguments;
    if (program.kind == ProgramKind::kModule) { arguments.emplace_back("-m"); }
    if (program.kind == ProgramKind::kText) { arguments.emplace_back("-c"); }
    arguments.push_back(program.name);
    arguments.insert(arguments.end(), program.arguments.begin(), program.arguments.end());
    return arguments;
}

std::string program_name(const Program& program) {
    switch (program.kind) {
        case ProgramKind::kModule:
            return program.name;
        case ProgramKind::kText:
            return "string";
        case ProgramKind::kScript:
            break;
    }
    return script_output_name(without_trailing_slash(program.name));
}

std::string default_output(const Program& program, pid_t pid) {
    std::string name = "memray-" + base::file_name_part(program_name(program)) + "." + std::to_string(pid) + ".bin";
    if (program.kind != ProgramKind::kScript) { return name; }
    return without_trailing_slash(program.name).parent_path() / name;
}

std::vector<std::string> own_search_paths(const Program& program) {
    std::vector<std::string> paths{folder_of_imports(program)};
    const char* python_path = std::getenv("PYTHONPATH");
    std::istringstream entries(python_path == nullptr ? "" : python_path);
    for (std::string entry; std::getline(entries, entry, ':');) {
        std::error_code ignored;
        if (!entry.empty()) { paths.push_back(fs::absolute(entry, ignored)); }
    }
    return paths;
}

void require_runnable(const Program& program) {
    if (program.kind == ProgramKind::kScript) { require_script(program); }
    std::error_code ignored;
    if (program.kind == ProgramKind::kText && fs::exists(program.name, ignored)) {
        throw base::UsageError("remove the option -c to run a file");
    }
}

}  // namespace memray::cli
