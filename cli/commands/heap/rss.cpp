// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/heap/rss.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands/process_argument.h"
#include "cli/commands/report_file.h"
#include "cli/heap/rss_report.h"
#include "cli/terminal/kind.h"
#include "injector/heap/accounts/thread_stacks.h"
#include "injector/heap/glibc/glibc_heap.h"
#include "injector/heap/memory/process_memory.h"
#include "injector/heap/memory/resident_pages.h"
#include "injector/injection/attach_checks.h"
#include "injector/recording/process_facts.h"

namespace memray::cli {
namespace {

// Which pages are there is asked before any is read.
heap_report::RssReport look_at(pid_t pid) {
    const heap::ProcessMemory memory(pid);
    const heap::ResidentPages pages = heap::ResidentPages::of(pid, memory.ranges());
    heap::AccountsInput input;
    input.memory = &memory;
    input.pages = &pages;
    input.mappings = heap::read_smaps(pid);
    input.stack_pointers = heap::read_stack_pointers(pid);
    const auto malloc = heap::find_glibc_heap(memory, &pages);
    input.malloc = malloc ? &*malloc : nullptr;
    return {pid, recording::command_line_of(pid), heap::make_accounts(input), heap::sum(input.mappings),
            heap::read_kernel_figures(pid)};
}

}  // namespace

RssCommand::RssCommand(CLI::App& program)
    : Command(program, "rss", "Show where the resident memory of a running process is", "[options] pid") {
    CLI::App& app = options();
    add_pid(app, pid_, "Process id of the program, which goes on meanwhile");
    app.add_flag("--json", json_, "Print JSON instead of a table");
    app.add_option("-o,--output", output_, "File to write instead of printing")->option_text("OUTPUT");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
}

int RssCommand::run() {
    injection::require_readable(pid_);
    if (!output_.empty()) { require_writable(output_, force_); }
    const heap_report::RssReport report = look_at(pid_);
    const bool colour = output_.empty() && terminal::output_has_colours();
    const std::string text = json_ ? heap_report::rss_json(report) : heap_report::rss_text(report, colour);
    if (output_.empty()) {
        fmt::print("{}", text);
    } else {
        write_report(output_, text, force_);
        fmt::print("Wrote {}\n", output_);
    }
    return 0;
}

}  // namespace memray::cli
