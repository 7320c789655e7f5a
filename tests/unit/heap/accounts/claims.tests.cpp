// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <elf.h>

#include <catch2/catch.hpp>

#include "injector/heap/accounts/accounts.h"
#include "injector/heap/accounts/frame_stacks.h"
#include "injector/heap/accounts/range_claims.h"
#include "injector/heap/accounts/stacks.h"
#include "tests/unit/heap/support/fake_malloc.h"

namespace memray::heap {
namespace {

using tests::fake_range;
using tests::FakeMalloc;
using tests::FakeMemory;
using tests::kBreak;
using tests::kBreakSize;

const std::vector<MappingUse> kNoMappings;

// All of these ranges, as pages of the process's own.
ResidentPages all_present(const Memory& memory) {
    std::vector<PageSpan> spans;
    for (const Range& range : memory.ranges()) { spans.push_back({range.begin, range.end, true, false, false}); }
    return ResidentPages(std::move(spans));
}

struct Books {
    explicit Books(const Memory& memory) : pages(all_present(memory)), ledger(pages, kNoMappings) {}
    std::uint64_t size(Term term) const { return ledger[term].size; }

    ResidentPages pages;
    Ledger ledger;
};

constexpr std::uint64_t kStack = 0x7f00'0001'0000;
constexpr std::uint64_t kStackSize = 0x20000;

Range guard(std::uint64_t begin) {
    Range range = fake_range(begin, kPageBytes);
    range.readable = range.writable = false;
    return range;
}

// A thread's stack, and behind it, without a gap, something else.
struct ThreadMemory : FakeMemory {
    ThreadMemory() : FakeMemory({guard(kStack - kPageBytes), fake_range(kStack, kStackSize + 0x10000)}) {
        const RemoteAddr control(kStack + kStackSize - 0x900);
        put_word(control, control.value());
        put_word(control + 16, control.value());
    }
};

TEST_CASE("a thread's stack is in use from its pointer to its control block") {
    const ThreadMemory memory;
    Books books(memory);
    claim_stacks(memory, {RemoteAddr(kStack + 0x18000)}, books.ledger);
    CHECK(books.size(Term::kThreadStacks) == 0x8000);
    CHECK(books.size(Term::kStaleStacks) == 0x18000);
    CHECK(books.size(Term::kEndedStacks) == 0);
    CHECK(books.ledger.is_free(RemoteAddr(kStack + kStackSize)));
}

TEST_CASE("a stack without a thread is kept for another") {
    const ThreadMemory memory;
    Books books(memory);
    claim_stacks(memory, {}, books.ledger);
    CHECK(books.size(Term::kEndedStacks) == kStackSize);
}

TEST_CASE("the main stack is in use as a whole if its pointer is not known") {
    const FakeMemory memory({fake_range(kStack, kStackSize, "[stack]")});
    const bool known = GENERATE(true, false);
    Books books(memory);
    claim_stacks(memory, known ? std::vector{RemoteAddr(kStack + 0x1f000)} : std::vector<RemoteAddr>(), books.ledger);
    CHECK(books.size(Term::kMainStack) == (known ? 0x1000 : kStackSize));
    CHECK(books.size(Term::kStaleStacks) == (known ? 0x1f000 : 0));
}

TEST_CASE("stack pointers that lead nowhere claim nothing") {
    const FakeMemory memory({fake_range(kStack, kStackSize, "/lib/libm.so.6")});
    Books books(memory);
    claim_stacks(memory, {RemoteAddr(0), RemoteAddr(kStack + 0x1000), RemoteAddr(~std::uint64_t{0})}, books.ledger);
    CHECK(books.ledger.total().size == 0);
}

TEST_CASE("frames' pieces are told by their first words") {
    FakeMemory memory({fake_range(kStack, 0x40000)});
    const auto put = [&](std::uint64_t offset, std::uint64_t previous, std::uint64_t size, std::uint64_t top) {
        memory.put_word(RemoteAddr(kStack + offset), previous);
        memory.put_word(RemoteAddr(kStack + offset + 8), size);
        memory.put_word(RemoteAddr(kStack + offset + 16), top);
    };
    put(0x1000, 0, 0x4000, 12);
    put(0x8000, kStack + 0x1000, 0x8000, 100);
    put(0x10000, 0, 0x5000, 0);                 // no power of two
    put(0x18000, 0, 0x4000, 0x4000);            // more than it has
    put(0x20000, kStack + 0x11000, 0x4000, 3);  // behind nothing
    put(0x3f000, 0, 0x4000, 3);                 // beyond the memory
    Books books(memory);
    claim_frame_stacks(memory, books.ledger);
    CHECK(books.size(Term::kFrameStacks) == 0xc000);
    CHECK_FALSE(books.ledger.is_free(RemoteAddr(kStack + 0x1000)));
    CHECK_FALSE(books.ledger.is_free(RemoteAddr(kStack + 0xffff)));
}

TEST_CASE("chunks border on each other without a byte between") {
    FakeMalloc malloc(tests::kOld);
    malloc.chunk(0x30);
    malloc.chunk(0x3000);
    malloc.chunk(0x40, false);
    malloc.finish_main();
    const auto heap = find_glibc_heap(malloc.memory);
    Books books(malloc.memory);
    claim_malloc(*heap, term_of_malloc, books.ledger);
    CHECK(books.size(Term::kMallocUsed) == 0x28 + 0x38);
    CHECK(books.size(Term::kMallocFree) == 0x3000 - 8);
    CHECK(books.size(Term::kMallocHeaders) == 16 + 16);
    CHECK(books.ledger.total().size == kBreakSize);
    CHECK(books.ledger.free_until(RemoteAddr(0), RemoteAddr(kBreak)) == RemoteAddr(kBreak));
    CHECK(books.ledger.next_free(RemoteAddr(kBreak)) == RemoteAddr(kBreak + kBreakSize));
}

TEST_CASE("whole pages of free chunks and of the main top can be given back") {
    FakeMalloc malloc(tests::kOld);
    malloc.chunk(0x30);
    malloc.chunk(0x3000);
    malloc.chunk(0x40, false);
    malloc.finish_main();
    const auto heap = find_glibc_heap(malloc.memory);
    const ResidentPages pages = all_present(malloc.memory);
    const FreeMemory free = free_memory(*heap, 0, pages);
    const std::uint64_t top = kBreakSize - 0x3070;
    CHECK(free.resident == 0x3000 + top);
    CHECK(free.trimmable == 2 * kPageBytes + (top - 33) / kPageBytes * kPageBytes);
}

TEST_CASE("ranges are told by what they are mapped from") {
    Range code = fake_range(0x10000, 0x1000, "/lib/libjemalloc.so.2");
    code.executable = true;
    code.writable = false;
    Range data = fake_range(0x11000, 0x1000, "/lib/libjemalloc.so.2");
    Range shared = fake_range(0x20000, 0x2000, "/dev/shm/x (deleted)");
    shared.shared = true;
    Range file = fake_range(0x30000, 0x3000, "/tmp/data");
    Range reserved = guard(0x40000);
    Range made = fake_range(0x50000, 0x5000);
    made.executable = true;
    const FakeMemory memory({code, data, shared, file, reserved, made, fake_range(0x60000, 0x6000),
                             fake_range(0x70000, 0x7000, "[heap]"), fake_range(0x80000, 0x1000, "[vdso]")});
    Books books(memory);
    const std::string allocator = loaded_allocator(memory.ranges());
    CHECK(allocator == "jemalloc");
    SECTION("with another allocator") {
        claim_ranges(memory, allocator, books.ledger);
        CHECK(books.size(Term::kOtherAllocator) == 0xd000);
        CHECK(books.size(Term::kUnexplained) == 0);
    }
    SECTION("without") {
        claim_ranges(memory, {}, books.ledger);
        CHECK(books.size(Term::kUnexplained) == 0x6000);
        CHECK(books.size(Term::kBreak) == 0x7000);
    }
    CHECK(books.size(Term::kWritten) == 0x2000);  // pages of the process's own, the code's too
    CHECK(books.size(Term::kSharedMemory) == 0x2000);
    CHECK(books.size(Term::kMappedFiles) == 0x3000);
    CHECK(books.size(Term::kReserved) == 0x1000);
    CHECK(books.size(Term::kGeneratedCode) == 0x5000);
    CHECK(books.size(Term::kVdso) == 0x1000);
    CHECK(books.ledger.total().resident == books.pages.present());
}

TEST_CASE("a library without an allocator's name is none") {
    Range code = fake_range(0x10000, 0x1000, "/lib/mimalloc/libm.so.6");
    code.executable = true;
    CHECK(loaded_allocator({code}).empty());
}

TEST_CASE("variables that begin as zero are told by the program's headers") {
    Range code = fake_range(0x10000, 0x1000, "/bin/program");
    code.executable = true;
    FakeMemory memory({code, fake_range(0x11000, 0x1000, "/bin/program"), fake_range(0x12000, 0x8000)});
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 2;
    memory.put(RemoteAddr(0x10000), header);
    Elf64_Phdr first{};
    first.p_type = PT_LOAD;
    memory.put(RemoteAddr(0x10000 + sizeof header), first);
    Elf64_Phdr second{};
    second.p_type = PT_LOAD;
    second.p_vaddr = 0x1000;
    second.p_offset = 0x1000;
    second.p_filesz = 0x800;
    const auto [size, expected] = GENERATE(table<std::uint64_t, std::uint64_t>(
        {{0x1000, 0}, {0x3801, 0x3000}, {0x7fff'ffff'0000, 0x8000}, {~std::uint64_t{0} - 0x11000, 0}}));
    second.p_memsz = size;
    memory.put(RemoteAddr(0x10000 + sizeof header + sizeof first), second);
    Books books(memory);
    claim_zeroed(memory, books.ledger);
    CHECK(books.size(Term::kZeroed) == expected);
}

TEST_CASE("accounts add up to all pages, those of no range included") {
    FakeMalloc malloc(tests::kOld);
    malloc.chunk(0x30);
    malloc.finish_main();
    std::vector<PageSpan> spans{{RemoteAddr(0x1000), RemoteAddr(0x3000), true, false, false}};
    for (const Range& range : malloc.memory.ranges()) { spans.push_back({range.begin, range.end, true, false, false}); }
    const ResidentPages pages(std::move(spans));
    const auto heap = find_glibc_heap(malloc.memory, &pages);
    AccountsInput input;
    input.memory = &malloc.memory;
    input.pages = &pages;
    input.malloc = &*heap;
    const Accounts accounts = make_accounts(input);
    CHECK(accounts.total.resident == pages.present());
    CHECK(accounts[Term::kMallocUsed].resident == 0x28);
    CHECK(accounts.malloc->arena == kBreakSize);
    CHECK(accounts[Term::kUnexplained].resident >= 0x2000);
}

}  // namespace
}  // namespace memray::heap
