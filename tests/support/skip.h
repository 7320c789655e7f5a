// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How a unit test says that it, or a part of it, cannot run on this machine. Nothing that is skipped is silent: the
// line that is printed is the one that tests/integration/run.py prints, too, and scripts/test collects.
#pragma once

#include <catch2/catch.hpp>
#include <iostream>
#include <string>

namespace memray::tests {

/// Prints "SKIPPED: <reason> [<test case>]"; the caller returns, or goes on with what it can test.
inline void skip(const std::string& reason) {
    std::cout << "SKIPPED: " << reason << " [" << Catch::getResultCapture().getCurrentTestName() << "]" << std::endl;
}

}  // namespace memray::tests
