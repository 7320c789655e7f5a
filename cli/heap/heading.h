// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What stands above the parts of a text.
#pragma once

#include <string>

namespace memray::heap_report {

inline std::string heading(const std::string& text, bool colour) {
    return colour ? "\033[1m" + text + "\033[0m" : text;
}

}  // namespace memray::heap_report
