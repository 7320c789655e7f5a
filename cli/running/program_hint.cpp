// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/program_hint.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "injector/base/error.h"
#include "injector/pursuit/resolve_command.h"

namespace memray::cli {
namespace {

bool is_on_path(const std::string& name) {
    if (name.find('/') != std::string::npos) { return false; }
    try {
        return !pursuit::resolve_command(name).empty();
    } catch (const base::Error&) { return false; }
}

// "python3", "python3.12"
bool is_python(const std::string& name) {
    constexpr std::string_view kPython = "python";
    return name.starts_with(kPython) && name.find_first_not_of("0123456789.", kPython.size()) == std::string::npos;
}

bool may_be_module(const std::string& name) {
    return name.find_first_of("/- ") == std::string::npos && std::filesystem::path(name).extension() != ".py";
}

std::string with_arguments(const Program& program) { return program.name + (program.arguments.empty() ? "" : " ..."); }

}  // namespace

std::string hint_for_missing(const Program& script) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(script.name + ".py", ignored)) {
        return fmt::format("; did you mean {}.py?", script.name);
    }
    if (is_python(script.name)) {
        return fmt::format("; leave out {}: memray run starts Python itself (another one: --python EXE)", script.name);
    }
    if (is_on_path(script.name)) {
        return fmt::format("; it is a program on PATH: memray run --exec -- {0}, or, as a module, memray run -m {0}",
                           with_arguments(script));
    }
    return may_be_module(script.name) ? fmt::format("; as a module: memray run -m {}", with_arguments(script)) : "";
}

std::string hint_for_binary(const Program& script) {
    if (script.arguments.empty()) { return ""; }
    return fmt::format(": '{}' is a binary; as a command: memray run --exec -- {}", script.name,
                       with_arguments(script));
}

}  // namespace memray::cli
