// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/ignored_faults.h"

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace memray::session {

IgnoredFaults::IgnoredFaults(const std::string& status) {
    constexpr std::string_view kField = "\nSigIgn:\t";
    const std::size_t at = status.find(kField);
    if (at == std::string::npos) { return; }
    const std::uint64_t mask = std::strtoull(status.c_str() + at + kField.size(), nullptr, 16);
    for (const int signal : {SIGSEGV, SIGTRAP}) {
        if ((mask >> static_cast<unsigned>(signal - 1) & 1U) != 0) { signals_.push_back(signal); }
    }
}

void IgnoredFaults::restore(RemoteSystem& system) const {
    for (const int signal : signals_) { system.ignore_signal(signal); }
}

}  // namespace memray::session
