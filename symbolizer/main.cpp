// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "symbolizer/arguments.h"
#include "symbolizer/capture_task.h"
#include "symbolizer/symbolize.h"

using namespace memray;

namespace {

// Returns the exit code. Throws base::Error.
int run(int argc, char** argv) {
    const auto arguments = symbolizer::parse_arguments(argc, argv);
    if (!arguments) { return 0; }
    symbolizer::require_folders(arguments->options);
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error like others
    int code = 0;
    for (const std::string& path : arguments->captures) {
        try {
            symbolizer::CaptureTask(*arguments, path).run();
        } catch (const base::Error& error) {
            base::print_line(stderr, error.what());
            code = std::max(code, error.exit_code());
        }
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    base::prepare_descriptors();
    try {
        return run(argc, argv);
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", base::printable_lines(error.what()).c_str());
        return error.exit_code();
    } catch (const std::exception& error) {
        base::print_line(stderr, std::string("memray-symbolize: internal error: ") + error.what());
        return 1;
    }
}
