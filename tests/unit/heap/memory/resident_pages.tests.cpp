// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/resident_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "injector/base/error.h"
#include "injector/heap/memory/pagemap.h"

namespace memray::heap {
namespace {

constexpr std::size_t kPages = 16;

// A mapping of this process.
class Mapping {
public:
    explicit Mapping(int flags)
        : data_(static_cast<volatile char*>(
              ::mmap(nullptr, kPages * kPageBytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0))) {
        REQUIRE(data_ != MAP_FAILED);
        ::madvise(const_cast<char*>(data_), kPages * kPageBytes, MADV_NOHUGEPAGE);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() { ::munmap(const_cast<char*>(data_), kPages * kPageBytes); }

    void write(std::size_t page) { data_[page * kPageBytes] = 1; }
    char read(std::size_t page) const { return data_[page * kPageBytes]; }
    [[nodiscard]] RemoteAddr page(std::size_t number) const {
        return RemoteAddr(reinterpret_cast<std::uint64_t>(data_)) + number * kPageBytes;
    }
    [[nodiscard]] std::vector<Range> ranges() const {
        Range range;
        range.begin = page(0);
        range.end = page(kPages);
        return {range};
    }

private:
    volatile char* data_;
};

TEST_CASE("pages that were written are present") {
    Mapping mapping(MAP_PRIVATE);
    for (const std::size_t page : {3, 4, 5, 9}) { mapping.write(page); }

    const ResidentPages pages = ResidentPages::of(::getpid(), mapping.ranges());

    CHECK(pages.present() == 4 * kPageBytes);
    CHECK(pages.swapped() == 0);
    REQUIRE(pages.spans().size() == 2);
    CHECK(pages.spans()[0].begin == mapping.page(3));
    CHECK(pages.spans()[0].end == mapping.page(6));
    CHECK_FALSE(pages.spans()[0].file);
    CHECK(pages.is_present(mapping.page(9) + 17));
    CHECK_FALSE(pages.is_present(mapping.page(6)));
    CHECK_FALSE(pages.is_present(mapping.page(15)));
}

TEST_CASE("the table says the same as the scan") {
    Mapping mapping(MAP_PRIVATE);
    for (const std::size_t page : {0, 1, 7, 15}) { mapping.write(page); }

    const auto scanned = read_page_spans(::getpid(), mapping.ranges());
    const auto read = read_page_table(::getpid(), mapping.ranges());

    REQUIRE(scanned.size() == 3);
    REQUIRE(read.size() == 3);
    for (std::size_t span = 0; span < read.size(); ++span) {
        CHECK(scanned[span].begin == read[span].begin);
        CHECK(scanned[span].end == read[span].end);
        CHECK(scanned[span].is_like(read[span]));
    }
}

TEST_CASE("shared pages are told apart from private ones") {
    Mapping mapping(MAP_SHARED);
    mapping.write(2);
    const ResidentPages pages = ResidentPages::of(::getpid(), mapping.ranges());
    REQUIRE(pages.spans().size() == 1);
    CHECK(pages.spans()[0].present);
    CHECK(pages.spans()[0].file);
    CHECK(read_page_table(::getpid(), mapping.ranges()).front().file);
}

TEST_CASE("pages of zeros that were only read are not resident, where the kernel tells") {
    Mapping mapping(MAP_PRIVATE);
    CHECK(mapping.read(1) == 0);
    mapping.write(2);
    const std::uint64_t present = ResidentPages::of(::getpid(), mapping.ranges()).present();
    const auto table = read_page_table(::getpid(), mapping.ranges());
    REQUIRE(table.size() == 2);
    CHECK(table[0].maybe_zero);
    CHECK(table[0].begin == mapping.page(1));
    CHECK_FALSE(table[1].maybe_zero);
    CHECK((present == kPageBytes || present == 2 * kPageBytes));
}

TEST_CASE("bytes between two addresses are counted within pages") {
    const RemoteAddr base(0x10000);
    const ResidentPages pages({{base, base + 2 * kPageBytes, true, false, false},
                               {base + 4 * kPageBytes, base + 5 * kPageBytes, false, false, false},
                               {base + 5 * kPageBytes, base + 6 * kPageBytes, true, true, false}});
    CHECK(pages.present() == 3 * kPageBytes);
    CHECK(pages.swapped() == kPageBytes);
    CHECK(pages.present_between(base, base + 16 * kPageBytes) == 3 * kPageBytes);
    CHECK(pages.present_between(base + 10, base + 30) == 20);
    CHECK(pages.present_between(base + 10, base + 3 * kPageBytes) == 2 * kPageBytes - 10);
    CHECK(pages.present_between(base + 3 * kPageBytes, base + 5 * kPageBytes + 1) == 1);
    CHECK(pages.swapped_between(base, base + 4 * kPageBytes + 100) == 100);
    CHECK(pages.present_between(base + 5, base + 5) == 0);
    CHECK(pages.present_between(base + 6, base + 5) == 0);
    CHECK(pages.present_between(RemoteAddr(0), base) == 0);
    CHECK(pages.present_between(base + 6 * kPageBytes, base + 9 * kPageBytes) == 0);
}

TEST_CASE("the pages of no process are an error") {
    const std::vector<Range> none;
    CHECK_THROWS_AS(ResidentPages::of(0x7fff'fff0, none), base::Error);
}

}  // namespace
}  // namespace memray::heap
