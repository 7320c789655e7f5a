// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the resident memory of a process is: as text, and as JSON (cli/doc/json.md).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "injector/heap/accounts/accounts.h"
#include "injector/heap/accounts/kernel_figures.h"
#include "injector/heap/accounts/smaps.h"

namespace memray::heap_report {

struct RssReport {
    pid_t pid{0};
    std::string command_line;  // as it is, not made printable
    heap::Accounts accounts;
    heap::MappingUse mapped;  // what the kernel counts, of all mappings
    heap::KernelFigures kernel;
    bool live{false};                // it ran while it was looked at
    std::vector<std::string> notes;  // what was not to be had; sentences without a full stop
};

[[nodiscard]] std::string rss_text(const RssReport& report, bool colour);
[[nodiscard]] std::string rss_json(const RssReport& report);

// Sentences; none if nothing is certain, or nothing is worth it.
[[nodiscard]] std::vector<std::string> rss_advice(const RssReport& report);

}  // namespace memray::heap_report
