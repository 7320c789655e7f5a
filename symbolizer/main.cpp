// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <cstdio>
#include <exception>
#include <string>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "symbolizer/command.h"

int main(int argc, char** argv) {
    memray::base::prepare_descriptors();
    try {
        return memray::symbolizer::run(argc, argv);
    } catch (const memray::base::Error& error) {
        std::fprintf(stderr, "%s\n", memray::base::printable_lines(error.what()).c_str());
        return error.exit_code();
    } catch (const std::exception& error) {
        memray::base::print_line(stderr, std::string("memray-symbolize: internal error: ") + error.what());
        return 1;
    }
}
