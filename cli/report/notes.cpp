// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/notes.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdint>
#include <cstring>

#include "cli/report/format.h"
#include "cli/report/text.h"

namespace memray::report {
namespace {

std::string signal_text(int number) {
    const char* name = ::sigabbrev_np(number);
    return name == nullptr ? fmt::format("signal {}", number) : fmt::format("signal {} (SIG{})", number, name);
}

}  // namespace

std::string ending_text(const capture::Ending& ending) {
    switch (ending.kind) {
        case capture::EndKind::kExited:
            return fmt::format("exited with code {}", ending.code);
        case capture::EndKind::kSignaled:
            return "killed by " + signal_text(ending.code);
        case capture::EndKind::kReplaced:
            return "replaced itself by another program";
        case capture::EndKind::kDetached:
            return "was still running when the recording ended";
        case capture::EndKind::kUnknown:
            break;
    }
    return "not known";
}

std::vector<std::string> loss_notes(const capture::Metadata& metadata) {
    std::vector<std::string> notes;
    if (!metadata.incomplete.empty()) {
        notes.push_back("the capture is incomplete: " + printable(metadata.incomplete));
    }
    const auto add = [&notes](std::uint64_t count, const char* noun, const char* what) {
        if (count > 0) { notes.push_back(counted(count, noun) + " " + what); }
    };
    const capture::Losses& losses = metadata.losses;
    add(losses.events, "event", "could not be recorded");
    add(losses.missing_sequences, "event", "never arrived (in flight when the program died)");
    add(losses.bad_stacks, "stack", "could not be read to the end and may lack callers");
    add(losses.unpatched, "call site", "could not be hooked: their allocations are missing");
    add(losses.reused_addresses, "free", "went unseen: their memory was handed out again");
    return notes;
}

}  // namespace memray::report
