// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/arguments.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "injector/base/error.h"

namespace memray::symbolizer {
namespace {

constexpr const char* kDescription = R"(Name the native functions in captures of `memray run --native`

Looks up every native address of a capture (function, file, line, inlined functions) and
writes the names into the capture. Afterwards every report works on any machine, without
the program's libraries. Reports do this by themselves where it was not done.

Names come from the very files that were recorded (build-ids are compared): the files
themselves, debug files that they or their build-ids lead to, and their symbol tables.)";

base::Error usage_error(const std::string& why) { return base::Error("memray-symbolize: error: " + why, 2); }

// Debuginfod's two flags, which are one question.
struct DebuginfodFlags {
    bool wanted{false};
    bool refused{false};
};

void add_output_options(CLI::App& app, Arguments& arguments) {
    app.add_option("captures", arguments.captures, "Captures to symbolize")->required()->option_text("CAPTURE ...");
    app.add_option("-o,--output", arguments.output, "Write a copy with symbols; the capture stays as it is")
        ->option_text("OUT");
    app.add_flag("-f,--force", arguments.force, "Look for symbols again where there are some; overwrite OUT");
    app.add_flag("--check", arguments.check, "Report what can be named, module by module; write nothing");
    app.add_option("--symbols-fd", arguments.symbols_fd)->group("");  // between memray and this program
}

void add_look_up_options(CLI::App& app, Options& options) {
    app.add_option("--sysroot", options.sysroot, "Where the program's files are (an image, another root)")
        ->option_text("DIR");
    app.add_option("--debug-dir", options.debug_dirs,
                   "Look for debug files here before /usr/lib/debug; can be repeated")
        ->option_text("DIR")
        ->allow_extra_args(false);
    app.add_option("-j,--jobs", options.jobs, "Modules to read at a time (default: one per processor)")
        ->option_text("N")
        ->check(CLI::Range(1U, 1024U));
}

void add_debuginfod_options(CLI::App& app, DebuginfodFlags& flags, long& limit) {
    app.add_flag("--debuginfod", flags.wanted,
                 "Ask the servers in DEBUGINFOD_URLS for what is missing (default: if that is set)");
    app.add_flag("--no-debuginfod", flags.refused, "Do not ask them");
    app.add_option("--debuginfod-limit", limit, "End all downloads after this many seconds (default: 90)")
        ->option_text("SECONDS")
        ->check(CLI::Range(1L, 86'400L));
}

void check_usage(const Arguments& arguments, const DebuginfodFlags& flags) {
    if (!arguments.output.empty() && arguments.captures.size() > 1) { throw usage_error("--output takes one capture"); }
    if (!arguments.output.empty() && arguments.check) { throw usage_error("--check writes nothing: no --output"); }
    if (!flags.wanted) { return; }
    if (flags.refused) { throw usage_error("--debuginfod and --no-debuginfod exclude each other"); }
    const char* urls = std::getenv("DEBUGINFOD_URLS");
    if (urls == nullptr || *urls == '\0') { throw usage_error("--debuginfod needs servers in DEBUGINFOD_URLS"); }
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    DebuginfodFlags flags;
    long limit = 0;
    CLI::App app(kDescription, "memray-symbolize");
    app.set_version_flag("-V,--version", MEMRAY_VERSION, "Show the version and exit");
    add_output_options(app, arguments);
    add_look_up_options(app, arguments.options);
    add_debuginfod_options(app, flags, limit);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success)) { throw usage_error(error.what()); }
        app.exit(error);
        return {};
    }
    check_usage(arguments, flags);
    if (limit > 0) { arguments.options.debuginfod_limit = std::chrono::seconds(limit); }
    arguments.options.debuginfod = !flags.refused;
    return arguments;
}

}  // namespace memray::symbolizer
