// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/remote_memory.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "injector/base/error.h"
#include "tests/unit/ptrace/forked.h"

using namespace memray;
using namespace memray::ptrace;
using namespace memray::ptrace::tests;

namespace {

RemoteAddr address_of(const void* place) { return RemoteAddr(reinterpret_cast<std::uint64_t>(place)); }

const std::array<char, 6> kConstant{'f', 'i', 'x', 'e', 'd', '\0'};
std::uint64_t variable = 17;

// The second of its two pages is not readable.
struct TwoPages {
    TwoPages()
        : data(static_cast<char*>(::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        ::mprotect(data + 4096, 4096, PROT_NONE);
    }
    TwoPages(const TwoPages&) = delete;
    TwoPages& operator=(const TwoPages&) = delete;
    ~TwoPages() { ::munmap(data, 8192); }
    char* data;
};

}  // namespace

TEST_CASE("memory of another process is read and written, read-only pages included") {
    Forked child([](Shared& shared) {
        spin(shared);
        return kConstant[0] == 'm' && variable == 18 ? 0 : 1;
    });
    const Tracee tracee = child.stop();
    const RemoteMemory memory(child.pid());
    CHECK(memory.read<std::uint64_t>(address_of(&variable)) == 17);
    const std::uint64_t changed = 18;
    memory.write(address_of(&variable), &changed, sizeof changed);
    memory.write(address_of(kConstant.data()), "m", 1);
    CHECK(memory.try_read_string(address_of(kConstant.data()), 100) == "mixed");
    CHECK(variable == 17);
    child.shared().go = 1;
}

TEST_CASE("what was written is what the process sees") {
    Forked child([](Shared& shared) {
        spin(shared);
        return variable == 99 ? 0 : 1;
    });
    {
        const Tracee tracee = child.stop();
        const std::uint64_t changed = 99;
        RemoteMemory(child.pid()).write(address_of(&variable), &changed, sizeof changed);
    }
    child.shared().go = 1;
    CHECK(child.join() == 0);
}

TEST_CASE("reads that touch missing memory fail as a whole") {
    TwoPages pages;
    Forked child(spin);
    const RemoteMemory memory(child.pid());
    const RemoteMemory own(::getpid());
    std::array<char, 16> bytes{};
    CHECK(memory.try_read(address_of(pages.data + 4080), bytes.data(), 16));
    CHECK_FALSE(memory.try_read(RemoteAddr(0), bytes.data(), 16));
    CHECK_FALSE(memory.try_read(RemoteAddr(~0ULL - 8), bytes.data(), 16));
    CHECK_THROWS_WITH(memory.read<int>(RemoteAddr(0x10)),
                      Catch::Matchers::StartsWith("reading 4 bytes at 0x10 of the target: "));
}

TEST_CASE("strings end at their zero, the limit or the end of memory") {
    TwoPages pages;
    std::memcpy(pages.data + 4090, "abcde", 6);
    std::memset(pages.data, 'x', 100);
    Forked child(spin);
    const RemoteMemory memory(child.pid());
    CHECK(memory.try_read_string(address_of(pages.data + 4090), 6) == "abcde");
    CHECK(memory.try_read_string(address_of(pages.data + 4090), 5) == std::nullopt);
    CHECK(memory.try_read_string(address_of(pages.data), 100) == std::nullopt);
    CHECK(memory.try_read_string(address_of(pages.data), 101) == std::string(100, 'x'));
    CHECK(memory.try_read_string(RemoteAddr(0), 100) == std::nullopt);
    CHECK(memory.try_read_string(address_of(pages.data + 4095), 100) == "");
}
