// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/interpreter_check.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include "cli/running/captured_process.h"
#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLimit{5};
constexpr int kCannotStart = 77;  // exit code of the checks below; others mean that they failed themselves

// Compiled files and zip archives are not source: Python finds out how to run them. A null byte (ValueError) is an
// error for some versions only.
constexpr const char* kCompile = R"(
import sys
from _frozen_importlib_external import MAGIC_NUMBER
with open(sys.argv[1], 'rb') as file: source = file.read()
if source[:4] == MAGIC_NUMBER or b'PK\x05\x06' in source[-70000:]: sys.exit(0)
try: compile(source, sys.argv[1], 'exec', dont_inherit=True)
except SyntaxError as error:
    where = 'line %d: ' % error.lineno if error.lineno else ''
    sys.stdout.buffer.write((where + str(error.msg)).encode('utf-8', 'replace'))
    sys.stdout.buffer.flush()
    sys.exit(77)
)";

constexpr const char* kFind = R"(
import sys
from importlib.util import find_spec
if find_spec(sys.argv[1]) is None: sys.exit(77)
)";

std::vector<std::string> process_strings(pid_t pid, const char* name) {
    std::vector<std::string> strings;
    const auto content = base::try_read_file("/proc/" + std::to_string(pid) + "/" + name);
    if (!content) { return strings; }
    for (std::size_t begin = 0; begin < content->size();) {
        const std::size_t end = std::min(content->find('\0', begin), content->size());
        strings.push_back(content->substr(begin, end - begin));
        begin = end + 1;
    }
    return strings;
}

// The output of a check that found the program unable to start.
std::optional<std::string> complaint(const std::string& executable, pid_t pid, std::vector<std::string> arguments) {
    const std::vector<std::string> command = process_strings(pid, "cmdline");
    arguments.insert(arguments.begin(), command.empty() ? executable : command.front());
    const auto output = try_capture({executable, std::move(arguments), process_strings(pid, "environ")}, kLimit);
    if (!output || output->exit_code != kCannotStart) { return std::nullopt; }
    return output->text;
}

void require_compilable(const std::string& script, const std::string& executable, pid_t pid) {
    std::error_code ignored;
    if (!fs::is_regular_file(script, ignored) || fs::path(script).extension() == ".pyc") { return; }
    const auto reason = complaint(executable, pid, {"-I", "-S", "-c", kCompile, script});
    if (reason) { throw base::Error("memray: " + script + ": " + *reason); }
}

void require_findable(const std::string& module, const std::string& executable, pid_t pid,
                      const std::vector<std::string>& python_arguments) {
    const std::string package = module.substr(0, module.find('.'));
    std::error_code ignored;
    if (fs::exists(package + ".py", ignored) || fs::is_directory(package, ignored)) { return; }  // the usual case
    std::vector<std::string> arguments = python_arguments;
    arguments.insert(arguments.end(), {"-B", "-c", kFind, package});
    if (complaint(executable, pid, std::move(arguments))) { throw base::Error("memray: No module named " + package); }
}

}  // namespace

void require_startable(const Program& program, const std::string& executable, pid_t pid,
                       const std::vector<std::string>& python_arguments) {
    switch (program.kind) {
        case ProgramKind::kScript:
            return require_compilable(program.name, executable, pid);
        case ProgramKind::kModule:
            return require_findable(program.name, executable, pid, python_arguments);
        case ProgramKind::kText:
            return;
    }
}

}  // namespace memray::cli
