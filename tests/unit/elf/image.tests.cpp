// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/image.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/elf/fake_memory.h"

using namespace memray::elf;
using namespace memray::elf::tests;

namespace {

// This process's own memory. Only for images that are what they claim.
bool read_own(RemoteAddr address, void* data, std::size_t size) {
    std::memcpy(data, reinterpret_cast<const void*>(address.value()), size);
    return true;
}

RemoteAddr header_of(const void* function) {
    Dl_info info{};
    REQUIRE(::dladdr(function, &info) != 0);
    return RemoteAddr(reinterpret_cast<std::uint64_t>(info.dli_fbase));
}

}  // namespace

TEST_CASE("symbols of the C library are found where the loader finds them") {
    void* libc = ::dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    REQUIRE(libc != nullptr);
    void* getpid_at = ::dlsym(libc, "getpid");
    const auto image = Image::try_read(header_of(getpid_at), read_own);
    REQUIRE(image.has_value());
    for (const char* name : {"getpid", "dlopen", "dlerror", "syscall", "malloc", "environ", "stdout"}) {
        CAPTURE(name);
        CHECK(image->find(name)->value() == reinterpret_cast<std::uint64_t>(::dlsym(libc, name)));
    }
    CHECK_FALSE(image->find("no_such_symbol").has_value());
    CHECK_FALSE(image->find("").has_value());
    CHECK_FALSE(image->find(std::string(5000, 'x')).has_value());
}

TEST_CASE("symbols are found with either kind of dynamic section") {
    for (const bool relocated : {true, false}) {
        const FakeMemory memory = library(relocated);
        const auto image = Image::try_read(memory.base, memory.reader());
        REQUIRE(image.has_value());
        CHECK(image->find("start") == memory.base + 0x1100);
    }
}

TEST_CASE("undefined, indirect and thread-local symbols are not addresses") {
    const FakeMemory memory = library(true);
    const auto image = Image::try_read(memory.base, memory.reader());
    CHECK_FALSE(image->find("undefined").has_value());
    CHECK_FALSE(image->find("resolver").has_value());
    CHECK_FALSE(image->find("local").has_value());
    CHECK_FALSE(image->find("star").has_value());
    CHECK_FALSE(image->find("starts").has_value());
}

TEST_CASE("what is no image of this processor is none") {
    FakeMemory memory = library(true);
    memory.bytes[0] = 'x';
    CHECK_FALSE(Image::try_read(memory.base, memory.reader()).has_value());
    memory = library(true);
    memory.bytes[EI_CLASS] = ELFCLASS32;
    CHECK_FALSE(Image::try_read(memory.base, memory.reader()).has_value());
    CHECK_FALSE(Image::try_read(RemoteAddr(0x10), memory.reader()).has_value());
}

TEST_CASE("a chain that runs in a circle ends") {
    FakeMemory memory = library(true);
    const std::uint32_t hash[] = {1, 5, 4, 0, 4, 1, 2, 3};
    memory.put(kHashAt, hash);
    CHECK_FALSE(Image::try_read(memory.base, memory.reader())->find("nothing").has_value());
}

TEST_CASE("tables without buckets or beyond the memory find nothing") {
    FakeMemory memory = library(true);
    memory.put(kHashAt, std::uint32_t{0});
    CHECK_FALSE(Image::try_read(memory.base, memory.reader())->find("start").has_value());
    memory = library(true);
    memory.put(kDynamicAt + 8, ~std::uint64_t{0} - 100);  // DT_SYMTAB
    CHECK_FALSE(Image::try_read(memory.base, memory.reader())->find("start").has_value());
    memory = library(true);
    memory.put(kDynamicAt + 2 * sizeof(Elf64_Dyn) + 8, std::uint64_t{3});  // DT_STRSZ
    CHECK_FALSE(Image::try_read(memory.base, memory.reader())->find("start").has_value());
}

TEST_CASE("whatever the memory says, a search is short and reads little") {
    std::mt19937 random(1);
    std::size_t most_reads = 0;
    std::size_t largest_read = 0;
    for (int round = 0; round < 20000; ++round) {
        FakeMemory memory = library(round % 2 == 0);
        for (int count = 0; count < 4; ++count) {
            memory.bytes[random() % 0x900] = static_cast<unsigned char>(random());
        }
        std::size_t reads = 0;
        const ReadMemory reader = memory.reader();
        const auto image = Image::try_read(memory.base, [&](RemoteAddr address, void* data, std::size_t size) {
            ++reads;
            largest_read = std::max(largest_read, size);
            return reader(address, data, size);
        });
        if (image) { static_cast<void>(image->find("start")); }
        most_reads = std::max(most_reads, reads);
    }
    CHECK(most_reads <= 3 * 4096 + 10);
    CHECK(largest_read <= 64 * 1024);
}
