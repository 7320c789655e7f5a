// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/error.h"

#include <cerrno>
#include <system_error>

namespace memray::base {

Error system_error(const std::string& operation, int number) {
    return Error(operation + ": " + std::system_category().message(number));
}

Error system_error(const std::string& operation) { return system_error(operation, errno); }

}  // namespace memray::base
