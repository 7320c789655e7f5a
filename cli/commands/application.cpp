// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/application.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/defaults.h"
#include "cli/command_line/help_format.h"
#include "cli/command_line/option_scan.h"
#include "cli/command_line/unknown_command.h"
#include "cli/commands/command.h"
#include "cli/commands/command_list.h"
#include "injector/base/error.h"

namespace memray::cli {
namespace {

constexpr const char* kDescription = R"(Memory profiler for Python applications

Run `memray run` to record the memory use of a program, then use a reporter
command such as `memray summary` or `memray stats` to look at the recording.

Example:

    $ memray run -o output.bin my_script.py
    $ memray summary output.bin)";

// "Could not convert: --max-rows = x": whatever is converted is a number.
std::string plain_words(const CLI::ParseError& error) {
    std::string text = error.what();
    constexpr std::string_view kStart = "Could not convert: ";
    const std::size_t equals = text.find(" = ");
    if (!text.starts_with(kStart) || equals == std::string::npos) { return text; }
    const std::string name = text.substr(kStart.size(), equals - kStart.size());
    return fmt::format("{}: '{}' is not a number that is possible here", name, text.substr(equals + 3));
}

class Application {
public:
    Application() {
        program_.description(kDescription);
        program_.get_help_ptr()->description("show this help message and exit");
        program_.add_flag("-v,--verbose", verbosity_.level,
                          "Increase verbosity. Option is additive and can be specified up to 3 times");
        program_.set_version_flag("-V,--version", MEMRAY_VERSION, "Displays the current version of memray");
        commands_ = make_commands(program_, verbosity_);
        program_.formatter(
            std::make_shared<HelpFormat>(fmt::format("[-h] [-v] [-V] {{{}}} ...", fmt::join(names(), ","))));
    }

    int run(const std::vector<std::string>& arguments) {
        try {
            std::vector<std::string> own = arguments;
            Command* command = hand_over_rest(own);
            std::reverse(own.begin(), own.end());
            program_.parse(own);
            if (command == nullptr) { throw UsageError("the following arguments are required: command"); }
            // A limit on file sizes is an error like others. A target may inherit this: CPython ignores it, too.
            ::signal(SIGXFSZ, SIG_IGN);
            return command->run();
        } catch (const CLI::ParseError& error) {
            if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) { return show(error); }
            throw described(plain_words(error));
        } catch (const UsageError& error) { throw described(error.what()); }
    }

private:
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& command : commands_) { names.push_back(command->app().get_name()); }
        return names;
    }

    // The subcommand the arguments name, if any. What belongs to the profiled program leaves `arguments`.
    Command* hand_over_rest(std::vector<std::string>& arguments) {
        ScannedOptions before = scan_options(program_, arguments, Positionals::kEndOptions);
        if (before.count == arguments.size()) {
            arguments = std::move(before.arguments);
            return nullptr;
        }
        const auto name = arguments.begin() + static_cast<std::ptrdiff_t>(before.count);
        const auto command = std::find_if(commands_.begin(), commands_.end(),
                                          [&](const auto& entry) { return entry->app().get_name() == *name; });
        if (command == commands_.end()) { throw UsageError(unknown_command(before.arguments, *name, names())); }
        used_ = &(*command)->app();
        const bool ends = (*command)->runs_program();
        const std::vector<std::string> behind(name + 1, arguments.end());
        const ScannedOptions own =
            scan_options(*used_, behind, ends ? Positionals::kEndOptions : Positionals::kAnywhere);
        const std::vector<settings::Setting> defaults = wanted_settings(*used_, own.given);
        require_known(defaults, program_);
        apply_settings(defaults, *program_.get_subcommand(*name), own.given);
        (*command)->take_rest({behind.begin() + static_cast<std::ptrdiff_t>(own.count), behind.end()});
        before.arguments.push_back(*name);
        before.arguments.insert(before.arguments.end(), own.arguments.begin(), own.arguments.end());
        arguments = std::move(before.arguments);
        return command->get();
    }

    int show(const CLI::ParseError& request) {
        if (request.get_name() == "CallForVersion") {
            fmt::print("{}\n", request.what());
        } else {
            fmt::print("{}", program_.help());
        }
        return 0;
    }

    base::Error described(const std::string& message) const {
        const std::string name = used_ == &program_ ? "memray" : "memray " + used_->get_name();
        const auto& format = dynamic_cast<const HelpFormat&>(*used_->get_formatter());
        return base::Error(fmt::format("{}\n{}: error: {}", format.usage_line(*used_, name), name, message), 2);
    }

    CLI::App program_{"", "memray"};
    const CLI::App* used_{&program_};  // the usage line of which belongs to errors
    Verbosity verbosity_;
    CommandList commands_;
};

}  // namespace

int run(int argc, char** argv) {
    const int code = Application().run({argv + std::min(argc, 1), argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        throw base::system_error("writing to standard output");
    }
    return code;
}

}  // namespace memray::cli
