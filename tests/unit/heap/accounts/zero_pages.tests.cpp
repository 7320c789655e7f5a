// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/zero_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "injector/heap/memory/pagemap.h"

namespace memray::heap {
namespace {

RemoteAddr page(std::uint64_t number) { return RemoteAddr(0x10000 + number * kPageBytes); }

MappingUse mapping(std::uint64_t first, std::uint64_t behind, std::uint64_t resident) {
    MappingUse use;
    use.begin = page(first);
    use.end = page(behind);
    use.resident = resident * kPageBytes;
    return use;
}

PageSpan span(std::uint64_t first, std::uint64_t behind, bool maybe_zero) {
    return {page(first), page(behind), true, false, false, maybe_zero};
}

TEST_CASE("what the kernel does not count goes, of what may be zeros") {
    const ResidentPages pages({span(0, 2, false), span(2, 6, true), span(8, 12, true)});
    // A span goes over both of the first mappings; of the second all is shared since a fork.
    const std::vector<MappingUse> mappings{mapping(0, 4, 2), mapping(4, 6, 2), mapping(7, 20, 3)};
    const ResidentPages kept = without_zero_pages(pages, mappings);
    CHECK(kept.present() == 7 * kPageBytes);
    CHECK(kept.present_between(page(0), page(4)) == 2 * kPageBytes);
    CHECK(kept.present_between(page(4), page(6)) == 2 * kPageBytes);
    CHECK_FALSE(kept.is_present(page(3)));
    CHECK(kept.present_between(page(7), page(20)) == 3 * kPageBytes);
}

TEST_CASE("pages that are told apart stay, whatever is counted") {
    const ResidentPages pages({span(0, 4, false)});
    CHECK(without_zero_pages(pages, {mapping(0, 4, 1)}).present() == 4 * kPageBytes);
    CHECK(without_zero_pages(ResidentPages({span(0, 4, true)}), {}).present() == 4 * kPageBytes);
}

TEST_CASE("without the newest kernels' help this process's own zeros go") {
    constexpr std::size_t kPages = 64;
    auto* data = static_cast<volatile char*>(
        ::mmap(nullptr, kPages * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(data != MAP_FAILED);
    ::madvise(const_cast<char*>(data), kPages * kPageBytes, MADV_NOHUGEPAGE);  // a mapping of its own, too
    for (const std::size_t number : {3, 9, 10}) { data[number * kPageBytes] = 1; }
    for (const std::size_t number : {5, 6, 20, 30}) { CHECK(data[number * kPageBytes] == 0); }
    Range range;
    range.begin = RemoteAddr(reinterpret_cast<std::uint64_t>(data));
    range.end = range.begin + kPages * kPageBytes;
    const std::vector<Range> ranges{range};

    const ResidentPages pages(read_page_table(::getpid(), ranges));
    const ResidentPages kept = without_zero_pages(pages, read_smaps(::getpid()));

    CHECK(pages.present() == 7 * kPageBytes);
    CHECK(kept.present() == 3 * kPageBytes);
    for (const std::size_t number : {3, 9, 10}) { CHECK(kept.is_present(range.begin + number * kPageBytes)); }
    ::munmap(const_cast<char*>(data), kPages * kPageBytes);
}

}  // namespace
}  // namespace memray::heap
