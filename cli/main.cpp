// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <cstdio>
#include <exception>

#include "cli/commands/application.h"
#include "injector/base/error.h"

int main(int argc, char** argv) {
    try {
        return memray::cli::run(argc, argv);
    } catch (const memray::base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return error.exit_code();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "memray: internal error: %s\n", error.what());
        return 1;
    }
}
