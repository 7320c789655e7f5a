// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/range_claims.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "injector/elf/segments.h"

namespace memray::heap {
namespace {

RemoteAddr page_up(RemoteAddr address) { return (address + (kPageBytes - 1)).aligned_down(kPageBytes); }

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Programs and libraries: what has code.
std::set<std::string> modules_in(const std::vector<Range>& ranges) {
    std::set<std::string> paths;
    for (const Range& range : ranges) {
        if (range.is_file() && range.executable) { paths.insert(range.path); }
    }
    return paths;
}

// Memory that has a name in a file system which holds nothing else (shm_overview(7), memfd_create(2), shmget(2)).
bool is_in_memory(const Range& range) {
    constexpr std::array<std::string_view, 4> kStarts{"/dev/shm/", "/memfd:", "/SYSV", "/dev/zero"};
    return !range.is_file() ||
           std::any_of(kStarts.begin(), kStarts.end(), [&](auto start) { return range.path.starts_with(start); });
}

Term term_of_anonymous(const Range& range, const std::string& allocator) {
    if (range.path == "[vdso]") { return Term::kVdso; }
    if (range.path == "[heap]") { return allocator.empty() ? Term::kBreak : Term::kOtherAllocator; }
    if (range.executable) { return Term::kGeneratedCode; }
    if (!range.readable && !range.writable) { return Term::kReserved; }
    return allocator.empty() ? Term::kUnexplained : Term::kOtherAllocator;
}

// What was never touched is nobody's.
void claim_anonymous(const Range& range, const std::string& allocator, Ledger& ledger) {
    const Term term = term_of_anonymous(range, allocator);
    if (term == Term::kUnexplained) {
        for (const PageSpan& span : ledger.pages().spans_in(range.begin, range.end)) {
            ledger.claim(std::max(span.begin, range.begin), std::min(span.end, range.end), term);
        }
    }
    ledger.claim(range.begin, range.end, term == Term::kUnexplained ? Term::kUntouched : term);
}

// Pages of a private mapping that have been written are the process's own, whatever may be done with them now.
void claim_module(const Range& range, Term unwritten, Ledger& ledger) {
    for (const PageSpan& span : ledger.pages().spans_in(range.begin, range.end)) {
        if (span.file) { continue; }
        ledger.claim(std::max(span.begin, range.begin), std::min(span.end, range.end), Term::kWritten);
    }
    ledger.claim(range.begin, range.end, unwritten);
}

}  // namespace

std::string loaded_allocator(const std::vector<Range>& ranges) {
    for (const char* name : {"jemalloc", "tcmalloc", "mimalloc"}) {
        const std::string start = std::string("lib") + name;
        for (const Range& range : ranges) {
            if (range.is_file() && range.executable && file_name(range.path).starts_with(start)) { return name; }
        }
    }
    return {};
}

void claim_zeroed(const Memory& memory, Ledger& ledger) {
    const std::set<std::string> modules = modules_in(memory.ranges());
    for (const Range& range : memory.ranges()) {
        if (!range.is_file() || range.file_offset != 0 || !modules.contains(range.path)) { continue; }
        const elf::Segments segments = elf::read_segments(memory.reader(), range.begin);
        for (const Elf64_Phdr& segment : segments.headers) {
            if (segment.p_type != PT_LOAD || segment.p_memsz <= segment.p_filesz) { continue; }
            const RemoteAddr begin = page_up(segments.bias + segment.p_vaddr + segment.p_filesz);
            const RemoteAddr end = page_up(segments.bias + segment.p_vaddr + segment.p_memsz);
            const Range* zeroed = memory.range_at(begin);
            if (zeroed == nullptr || !zeroed->path.empty() || zeroed->shared) { continue; }
            ledger.claim(begin, std::min(end, zeroed->end), Term::kZeroed);
        }
    }
}

void claim_ranges(const Memory& memory, const std::string& allocator, Ledger& ledger) {
    const std::set<std::string> modules = modules_in(memory.ranges());
    for (const Range& range : memory.ranges()) {
        if (range.is_anonymous()) {
            claim_anonymous(range, allocator, ledger);
        } else if (range.shared) {
            ledger.claim(range.begin, range.end, is_in_memory(range) ? Term::kSharedMemory : Term::kMappedFiles);
        } else if (modules.contains(range.path)) {
            claim_module(range, range.executable ? Term::kCode : Term::kReadOnly, ledger);
        } else {
            ledger.claim(range.begin, range.end, Term::kMappedFiles);
        }
    }
    for (const PageSpan& span : ledger.pages().spans()) { ledger.claim(span.begin, span.end, Term::kUnexplained); }
}

}  // namespace memray::heap
