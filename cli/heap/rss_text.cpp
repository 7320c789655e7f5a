// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cli/heap/heading.h"
#include "cli/heap/rss_report.h"
#include "cli/report/format.h"
#include "injector/base/printable.h"

namespace memray::heap_report {
namespace {

using heap::Accounts;
using heap::Term;
using heap::TermBytes;
using report::size_text;

struct Group {
    std::string_view title;
    Term first;
    Term last;
};
constexpr std::array<Group, 7> kGroups{
    {{"Python's small blocks (pymalloc)", Term::kPymallocObjects, Term::kPymallocAlignment},
     {"malloc (glibc)", Term::kMallocObjects, Term::kMallocUnknown},
     {"other allocators", Term::kBreak, Term::kOtherAllocator},
     {"stacks", Term::kMainStack, Term::kFrameStacks},
     {"programs and libraries", Term::kLoader, Term::kZeroed},
     {"what was mapped", Term::kMappedFiles, Term::kUntouched},
     {"unexplained", Term::kUnexplained, Term::kUnexplained}}};

constexpr std::array<std::string_view, heap::kTerms> kTexts{
    "objects",
    "blocks in use that are no objects: keys, values, items",
    "objects that are kept for reuse",
    "free blocks, in pools that have others in use",
    "blocks that never were in use",
    "headers of pools, and what no block fits into",
    "empty pools",
    "pools that never were in use, and alignment",
    "objects",
    "other chunks in use",
    "large blocks with a mapping of their own",
    "headers of chunks and arenas",
    "free chunks",
    "free chunks kept by threads, and fast ones",
    "tops, from which new chunks are cut",
    "what makes no sense as chunks",
    "the program's break, moved by others than malloc",
    "anonymous memory, as that allocator is loaded",
    "main thread, in use",
    "other threads, in use",
    "of threads that have ended, kept for new ones",
    "below the stack pointers",
    "frames of Python functions",
    "thread-local variables of the main thread",
    "code",
    "constants, and variables never written",
    "variables, and other pages that were written",
    "variables that begin as zero",
    "files",
    "shared memory",
    "code made while running",
    "the kernel's vdso",
    "addresses reserved, or not to be touched",
    "memory that was never touched",
    "anonymous memory that nobody has a name for",
};

class RssText {
public:
    RssText(const RssReport& report, bool colour) : report_(report), accounts_(report.accounts), colour_(colour) {}

    [[nodiscard]] std::string write() {
        text_ =
            heading(fmt::format("Process {}: {}", report_.pid, base::printable(report_.command_line)), colour_) + "\n";
        text_ += fmt::format("{} resident{}, {} at its peak; {}\n\n", size_text(accounts_.present), shared_text(),
                             size_text(report_.kernel.peak), report::counted(report_.kernel.threads, "thread"));
        row("resident", "share", "addresses", "");
        for (const Group& group : kGroups) { write_group(group); }
        row(size_text(accounts_.total.resident), "", size_text(accounts_.total.size), "all");
        write_beside();
        write_arenas();
        write_sentences(rss_advice(report_));
        if (report_.live) { write_sentences(report_.notes); }
        return text_;
    }

private:
    [[nodiscard]] std::string shared_text() const {
        if (report_.mapped.resident == 0) { return {}; }
        return fmt::format(" (PSS {})", size_text(report_.mapped.proportional));
    }
    void row(const std::string& resident, const std::string& share, const std::string& size, const std::string& what) {
        text_ += fmt::format("{:>10} {:>7} {:>10}  {}\n", resident, share, size, what);
    }
    [[nodiscard]] std::string share(std::uint64_t bytes) const {
        return report::percent_text(bytes, accounts_.present);
    }

    void write_group(const Group& group) {
        TermBytes sum;
        std::size_t lines = 0;
        for (auto term = static_cast<std::size_t>(group.first); term <= static_cast<std::size_t>(group.last); ++term) {
            const TermBytes& bytes = accounts_.terms.at(term);
            sum.resident += bytes.resident;
            sum.size += bytes.size;
            lines += bytes.size > 0 ? 1 : 0;
        }
        if (lines == 0 && group.first != Term::kUnexplained) { return; }
        text_ += fmt::format("{:>10} {:>7} {:>10}  {}\n", size_text(sum.resident), share(sum.resident),
                             size_text(sum.size), heading(title_of(group), colour_));
        if (group.first == group.last) { return; }
        for (auto term = static_cast<std::size_t>(group.first); term <= static_cast<std::size_t>(group.last); ++term) {
            const TermBytes& bytes = accounts_.terms.at(term);
            if (bytes.size == 0) { continue; }
            row(size_text(bytes.resident), share(bytes.resident), size_text(bytes.size),
                fmt::format("  {}", kTexts.at(term)));
        }
    }
    [[nodiscard]] std::string title_of(const Group& group) const {
        if (group.first != Term::kBreak || accounts_.allocator.empty()) { return std::string(group.title); }
        return accounts_.allocator;
    }

    void beside(const std::string& text) { text_ += "  " + text + "\n"; }
    void write_beside() {
        text_ += "\n" + heading("Beside it", colour_) + "\n";
        if (accounts_.total.swapped > 0) { beside(fmt::format("{} swapped out", size_text(accounts_.total.swapped))); }
        if (report_.mapped.huge > 0) { beside(fmt::format("{} of it in huge pages", size_text(report_.mapped.huge))); }
        beside(fmt::format("{} of page tables, which the kernel does not count as resident",
                           size_text(report_.kernel.page_tables)));
        if (report_.kernel.cgroup) { beside(cgroup_text(*report_.kernel.cgroup)); }
    }
    [[nodiscard]] static std::string cgroup_text(const heap::CgroupFigures& cgroup) {
        std::string text = fmt::format("{} in its cgroup", size_text(cgroup.used));
        if (cgroup.limit) { text += fmt::format(", of {} at most", size_text(*cgroup.limit)); }
        const auto add = [&text](const char* name, std::uint64_t bytes) {
            if (bytes > 0) { text += fmt::format("; {} {}", name, size_text(bytes)); }
        };
        add("anonymous", cgroup.anonymous);
        add("files", cgroup.file);
        add("slab", cgroup.slab);
        add("kernel", cgroup.kernel);
        return text;
    }

    void write_arenas() {
        if (accounts_.arenas.size() < 2) { return; }
        text_ += "\n" +
                 heading(fmt::format("{} of malloc", report::counted(accounts_.arenas.size(), "arena")), colour_) +
                 "\n";
        text_ += fmt::format("{:>10} {:>10} {:>10} {:>10} {:>10}\n", "system", "in use", "free", "kept", "top");
        for (const heap::ArenaAccount& arena : accounts_.arenas) {
            text_ += fmt::format("{:>10} {:>10} {:>10} {:>10} {:>10}{}\n", size_text(arena.system),
                                 size_text(arena.used), size_text(arena.free), size_text(arena.cached),
                                 size_text(arena.top), arena.main ? "  main" : "");
        }
    }
    void write_sentences(const std::vector<std::string>& sentences) {
        if (!sentences.empty()) { text_ += "\n"; }
        for (const std::string& sentence : sentences) { text_ += base::printable(sentence) + "\n"; }
    }

    const RssReport& report_;
    const Accounts& accounts_;
    bool colour_;
    std::string text_;
};

}  // namespace

std::string rss_text(const RssReport& report, bool colour) { return RssText(report, colour).write(); }

}  // namespace memray::heap_report
