// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/command.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "symbolizer/arguments.h"
#include "symbolizer/capture_task.h"
#include "symbolizer/symbolize.h"

namespace memray::symbolizer {

int run(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) { return 0; }
    require_folders(arguments->options);
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error like others
    int code = 0;
    for (const std::string& path : arguments->captures) {
        try {
            CaptureTask(*arguments, path).run();
        } catch (const base::Error& error) {
            base::print_line(stderr, error.what());
            code = std::max(code, error.exit_code());
        }
    }
    return code;
}

}  // namespace memray::symbolizer
