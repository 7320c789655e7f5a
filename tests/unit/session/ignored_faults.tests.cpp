// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/ignored_faults.h"

#include <catch2/catch.hpp>
#include <csignal>

using namespace memray::session;

TEST_CASE("only ignored signals that calls in the target raise have to be ignored again") {
    CHECK(IgnoredFaults("SigBlk:\t0\nSigIgn:\t0000000000001000\n").signals().empty());
    CHECK(IgnoredFaults("Name:\tx\nSigIgn:\t0000000000000400\n").signals() == std::vector<int>{SIGSEGV});
    CHECK(IgnoredFaults("Name:\tx\nSigIgn:\tffffffffffffffff\n").signals() == std::vector<int>{SIGSEGV, SIGTRAP});
    CHECK(IgnoredFaults("").signals().empty());
}
