// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/mapped_symbols.h"

#include <dlfcn.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

#include "tests/unit/elf/fake_memory.h"

using namespace memray::elf;
using namespace memray::elf::tests;

namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20U;
constexpr std::size_t kLastByte = 0x900;  // of library()

// library() with code: "start", and "resolver", whose value is that of a function, too.
FakeMemory library_with_code(bool relocate) {
    FakeMemory memory = library(relocate);
    Elf64_Phdr load{};
    load.p_type = PT_LOAD;
    load.p_flags = PF_R | PF_X;
    load.p_memsz = 0x2000;
    memory.put(sizeof(Elf64_Ehdr), load);
    return memory;
}

template <typename T>
T at(const std::string& file, std::size_t offset) {
    REQUIRE((offset <= file.size() && file.size() - offset >= sizeof(T)));
    T value;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

// Name -> value of the symbols in a file.
std::map<std::string, std::uint64_t> symbols_in(const std::string& file) {
    std::map<std::string, std::uint64_t> found;
    const auto header = at<Elf64_Ehdr>(file, 0);
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        const auto section = at<Elf64_Shdr>(file, header.e_shoff + i * sizeof(Elf64_Shdr));
        if (section.sh_type != SHT_DYNSYM) { continue; }
        const auto strings = at<Elf64_Shdr>(file, header.e_shoff + section.sh_link * sizeof(Elf64_Shdr));
        for (std::size_t symbol = 1; symbol < section.sh_size / sizeof(Elf64_Sym); ++symbol) {
            const auto row = at<Elf64_Sym>(file, section.sh_offset + symbol * sizeof(Elf64_Sym));
            found[file.data() + strings.sh_offset + row.st_name] = row.st_value;
        }
    }
    return found;
}

bool read_own(RemoteAddr address, void* data, std::size_t size) {
    std::memcpy(data, reinterpret_cast<const void*>(address.value()), size);
    return true;
}

}  // namespace

TEST_CASE("the functions that the C library exports are named where the loader finds them") {
    void* libc = ::dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    REQUIRE(libc != nullptr);
    Dl_info info{};
    REQUIRE(::dladdr(::dlsym(libc, "getpid"), &info) != 0);
    const auto base = reinterpret_cast<std::uint64_t>(info.dli_fbase);
    const auto file = mapped_symbols(RemoteAddr(base), read_own, kLimit);
    REQUIRE(file.has_value());
    const auto symbols = symbols_in(*file);
    for (const char* name : {"getpid", "dlopen", "dlerror", "syscall", "malloc"}) {
        CAPTURE(name);
        REQUIRE(symbols.count(name) == 1);
        CHECK(base + symbols.at(name) == reinterpret_cast<std::uint64_t>(::dlsym(libc, name)));
    }
    CHECK(symbols.count("stdout") == 0);
}

TEST_CASE("what is undefined or no code is not named, with either kind of dynamic section") {
    const FakeMemory memory = library_with_code(GENERATE(true, false));
    const auto file = mapped_symbols(memory.base, memory.reader(), kLimit);
    REQUIRE(file.has_value());
    CHECK(symbols_in(*file) == std::map<std::string, std::uint64_t>{{"start", 0x1100}, {"resolver", 0x1300}});
}

TEST_CASE("what is no image, exports nothing or cannot be read has no mapped symbols") {
    const FakeMemory good = library_with_code(true);
    FakeMemory memory = good;
    memory.bytes[0] = 'x';
    CHECK_FALSE(mapped_symbols(memory.base, memory.reader(), kLimit).has_value());
    memory = library(true);  // without code
    CHECK_FALSE(mapped_symbols(memory.base, memory.reader(), kLimit).has_value());
    memory = good;
    memory.put(kHashAt + 4, ~std::uint32_t{0});  // symbols
    CHECK_FALSE(mapped_symbols(memory.base, memory.reader(), kLimit).has_value());
    memory = good;
    memory.put(kDynamicAt + 2 * sizeof(Elf64_Dyn) + 8, ~std::uint64_t{0});  // DT_STRSZ
    CHECK_FALSE(mapped_symbols(memory.base, memory.reader(), kLimit).has_value());
    CHECK_FALSE(mapped_symbols(RemoteAddr(0x10), good.reader(), kLimit).has_value());
}

TEST_CASE("mapped symbols never exceed the limit, nor is more than that read at once") {
    const FakeMemory memory = library_with_code(true);
    const std::size_t size = mapped_symbols(memory.base, memory.reader(), kLimit)->size();
    CHECK(mapped_symbols(memory.base, memory.reader(), size)->size() == size);
    CHECK_FALSE(mapped_symbols(memory.base, memory.reader(), size - 1).has_value());
}

TEST_CASE("whatever the memory says, mapped symbols are few reads and within the limit") {
    constexpr std::size_t kSmall = 2000;
    std::mt19937 random(1);
    std::size_t most_reads = 0;
    std::size_t largest_read = 0;
    std::size_t made = 0;
    for (int round = 0; round < 20000; ++round) {
        FakeMemory memory = library_with_code(round % 2 == 0);
        for (int count = 0; count < 4; ++count) {
            memory.bytes[random() % kLastByte] = static_cast<unsigned char>(random());
        }
        std::size_t reads = 0;
        const ReadMemory reader = memory.reader();
        const auto file = mapped_symbols(
            memory.base,
            [&](RemoteAddr address, void* data, std::size_t size) {
                ++reads;
                largest_read = std::max(largest_read, size);
                return reader(address, data, size);
            },
            kSmall);
        most_reads = std::max(most_reads, reads);
        made += file.has_value() ? 1 : 0;
        if (file && file->size() > kSmall) { FAIL_CHECK(file->size()); }
    }
    CHECK(made > 1000);
    CHECK(most_reads <= 4096 + 300);
    CHECK(largest_read <= 64 * 1024);
}
