// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <cstdio>
#include <exception>

#include "injector/base/error.h"
#include "symbolizer/command.h"

int main(int argc, char** argv) {
    try {
        return memray::symbolizer::run(argc, argv);
    } catch (const memray::base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return error.exit_code();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "memray-symbolize: internal error: %s\n", error.what());
        return 1;
    }
}
