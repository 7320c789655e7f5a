// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/stack_window.h"

#include <sys/mman.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

using namespace memray;
using payload::NativeBuffers;
using payload::StackWindow;

namespace {

constexpr std::size_t kPage = wire::kPageSize;

// Pages of memory that hold their own addresses, between two that cannot be read.
class Pages {
public:
    explicit Pages(std::size_t count) : size_((count + 2) * kPage) {
        all_ = static_cast<unsigned char*>(
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        for (std::uint64_t* word = at(0); word != at(count); ++word) { *word = address_of(word); }
        ::mprotect(all_, kPage, PROT_NONE);
        ::mprotect(at(count), kPage, PROT_NONE);
    }
    ~Pages() { ::munmap(all_, size_); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    [[nodiscard]] std::uint64_t* at(std::size_t page) const {
        return reinterpret_cast<std::uint64_t*>(all_ + (page + 1) * kPage);
    }
    static std::uint64_t address_of(const void* place) { return reinterpret_cast<std::uint64_t>(place); }

private:
    std::size_t size_;
    unsigned char* all_;
};

}  // namespace

TEST_CASE("what is above the stack pointer is read, up to the first page that is not readable") {
    const Pages pages(3);
    auto kept = std::make_unique<NativeBuffers>();
    const std::uint64_t begin = Pages::address_of(pages.at(0));
    StackWindow window(*kept, begin + 64);
    std::uint64_t value = 0;
    for (std::uint64_t address = begin; address < begin + 3 * kPage; address += 8) {
        REQUIRE(window.read(address, value));
        REQUIRE(value == address);
    }
    CHECK_FALSE(window.read(begin + 3 * kPage, value));
    CHECK_FALSE(window.read(begin + 3 * kPage - 4, value));
    CHECK_FALSE(window.read(begin - 8, value));
    CHECK_FALSE(window.read(0, value));
    CHECK_FALSE(window.read(~std::uint64_t{0} - 8, value));
    CHECK(window.read(begin, value));
}

TEST_CASE("what was unmapped is not read again once that was noticed") {
    auto kept = std::make_unique<NativeBuffers>();
    const Pages pages(3);
    const std::uint64_t begin = Pages::address_of(pages.at(0));
    std::uint64_t value = 0;
    {
        StackWindow window(*kept, begin);
        CHECK(window.read(begin + 2 * kPage, value));
    }
    CHECK(kept->readable_to == begin + 3 * kPage);
    ::mprotect(pages.at(2), kPage, PROT_NONE);
    payload::unmaps.fetch_add(1);
    StackWindow window(*kept, begin);
    CHECK(window.read(begin + kPage, value));
    CHECK_FALSE(window.read(begin + 2 * kPage, value));
}

TEST_CASE("another stack is read too, and does not become the thread's own") {
    auto kept = std::make_unique<NativeBuffers>();
    const Pages own(1);
    const Pages other(2);
    const std::uint64_t begin = Pages::address_of(own.at(0));
    const std::uint64_t elsewhere = Pages::address_of(other.at(0));
    {
        StackWindow window(*kept, begin);
        std::uint64_t value = 0;
        CHECK(window.read(elsewhere + 8, value));
        CHECK(window.read(elsewhere + kPage, value));
        CHECK(value == elsewhere + kPage);
        CHECK_FALSE(window.read(elsewhere + 2 * kPage, value));
    }
    CHECK(kept->readable_from == begin);
    CHECK(kept->readable_to == begin + kPage);
}
