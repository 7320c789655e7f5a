// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A heap of glibc's malloc in which any words are overwritten: whatever it says then, every byte of it is of one term,
// and all loops end. The input: a byte that chooses the layout, then overwrites of 16 bytes each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "injector/heap/accounts/accounts.h"
#include "tests/unit/heap/support/fake_malloc.h"

namespace {

using namespace memray::heap;
using namespace memray::heap::tests;

void require(bool good) {
    if (!good) { std::abort(); }
}

// Two arenas; the second has two heaps. Each has chunks in use and free ones.
void fill(FakeMalloc& malloc) {
    malloc.chunk(0x300);
    malloc.chunk(0x40);
    malloc.chunk(0x290);
    malloc.chunk(0x40);
    malloc.chunk(0x20);
    malloc.chunk(0x410);
    malloc.chunk(0x5000, false);
    malloc.chunk(0x30, false);
    malloc.finish_main();
    malloc.put_second_arena(48);
}

struct Overwrite {
    std::uint32_t offset;
    std::uint16_t place;
    std::uint16_t relative_to;  // one of kBases, or none
    std::uint64_t value;
};
static_assert(sizeof(Overwrite) == 16);

constexpr std::uint64_t kBases[] = {kBreak, kArea, kArea + kHeapDistance, kData, kMappings};

void overwrite(FakeMalloc& malloc, const Overwrite& what) {
    const std::uint64_t base = kBases[what.place % std::size(kBases)];
    const Range* range = malloc.memory.range_at(RemoteAddr(base));
    const std::uint64_t offset = what.offset % (range->size() - sizeof what.value);
    const std::uint64_t origin = what.relative_to < std::size(kBases) ? kBases[what.relative_to] : 0;
    malloc.memory.put_word(RemoteAddr(base + offset), origin + what.value);
}

ResidentPages all_pages(const Memory& memory) {
    std::vector<PageSpan> spans;
    for (const Range& range : memory.ranges()) { spans.push_back({range.begin, range.end, true, false, false}); }
    return ResidentPages(std::move(spans));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    FakeMalloc malloc(data[0] % 2 == 0 ? kOld : kNew);
    fill(malloc);
    for (std::size_t at = 1; at + sizeof(Overwrite) <= size; at += sizeof(Overwrite)) {
        Overwrite what;
        std::memcpy(&what, data + at, sizeof what);
        overwrite(malloc, what);
    }
    const ResidentPages pages = all_pages(malloc.memory);
    const auto heap = find_glibc_heap(malloc.memory, &pages);
    AccountsInput input;
    input.memory = &malloc.memory;
    input.pages = &pages;
    input.malloc = heap ? &*heap : nullptr;
    input.stack_pointers = {RemoteAddr(kMappings + 0x1000)};
    const Accounts accounts = make_accounts(input);
    require(accounts.total.resident == pages.present());
    require(accounts.total.size == pages.present());
    if (heap) {
        heap->for_each_block([](const Block& block) { require(block.size > 0); });
    }
    return 0;
}
