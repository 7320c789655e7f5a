// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/heap/rss.h"

#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "cli/commands/process_argument.h"
#include "cli/commands/report_file.h"
#include "cli/heap/rss_report.h"
#include "cli/terminal/kind.h"
#include "injector/heap/accounts/python_claims.h"
#include "injector/heap/accounts/zero_pages.h"
#include "injector/heap/glibc/glibc_heap.h"
#include "injector/heap/memory/resident_pages.h"
#include "injector/heap/source/snapshot.h"
#include "injector/injection/attach_checks.h"
#include "injector/recording/process_facts.h"

namespace memray::cli {
namespace {

std::vector<heap::RemoteAddr> stack_pointers_of(const heap::Snapshot& snapshot) {
    std::vector<heap::RemoteAddr> pointers;
    for (const heap::ThreadState& thread : snapshot.threads) {
        if (!thread.stack_pointer.is_null()) { pointers.push_back(thread.stack_pointer); }
    }
    return pointers;
}

// What the kernel counts is asked before the memory is looked at: that may bring pages in, and a frozen copy shares
// them.
heap_report::RssReport look_at(pid_t pid, bool live) {
    injection::require_readable(pid);
    const auto there = heap::ResidentPages::of(pid);
    heap::AccountsInput input;
    input.mappings = heap::read_smaps(pid);
    const heap::ResidentPages pages = heap::without_zero_pages(there, input.mappings);
    const heap::KernelFigures kernel = heap::read_kernel_figures(pid);
    const heap::Snapshot snapshot = live ? heap::open_live(pid) : heap::open_best(pid);
    input.memory = snapshot.memory.get();
    input.pages = &pages;
    input.stack_pointers = stack_pointers_of(snapshot);
    const auto malloc = heap::find_glibc_heap(*snapshot.memory, &pages);
    input.malloc = malloc ? &*malloc : nullptr;
    const heap::PythonClaims python(*snapshot.memory);
    input.term_of_block = [&python](const heap::Block& block) { return python.term_of(block); };
    input.claim_first = [&python](heap::Ledger& ledger) { python.claim(ledger); };
    return {pid,
            recording::command_line_of(pid),
            heap::make_accounts(input),
            heap::sum(input.mappings),
            kernel,
            live,
            snapshot.notes};
}

}  // namespace

RssCommand::RssCommand(CLI::App& program)
    : Command(program, "rss", "Show where the resident memory of a running process is", "[options] pid") {
    CLI::App& app = options();
    add_pid(app, pid_, "Process id of the program, which is stopped for some milliseconds");
    app.add_flag("--live", live_,
                 "Do not stop the program for a moment: of what it changes meanwhile, parts may make no sense");
    app.add_flag("--json", json_, "Print JSON instead of a table");
    app.add_option("-o,--output", output_, "File to write instead of printing")->option_text("OUTPUT");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
}

int RssCommand::run() {
    if (!output_.empty()) { require_writable(output_, force_); }
    const heap_report::RssReport report = look_at(pid_, live_);
    const bool colour = output_.empty() && terminal::output_has_colours();
    const std::string text = json_ ? heap_report::rss_json(report) : heap_report::rss_text(report, colour);
    print_or_write(text, output_, force_);
    return 0;
}

}  // namespace memray::cli
