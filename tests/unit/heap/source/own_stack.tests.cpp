// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/own_stack.h"

#include <catch2/catch.hpp>

using namespace memray;
using namespace memray::heap;
using base::RemoteAddr;

namespace {

elf::MapEntry mapped(std::uint64_t begin, std::uint64_t end, const char* path = "") {
    elf::MapEntry entry;
    entry.begin = RemoteAddr(begin);
    entry.end = RemoteAddr(end);
    entry.path = path;
    return entry;
}

const std::vector<elf::MapEntry> kMaps{mapped(0x100000, 0x200000), mapped(0x300000, 0x400000),
                                       mapped(0x700000, 0x800000, "[stack]")};

bool is_own(std::uint64_t stack_pointer, std::uint64_t thread) {
    ptrace::Registers registers{};
    registers.rsp = stack_pointer;
    registers.fs_base = thread;
    return is_on_own_stack(registers, kMaps);
}

}  // namespace

TEST_CASE("the first thread is on the kernel's stack") {
    CHECK(is_own(0x7ff000, 0x150000));
    CHECK(!is_own(0x700000 + 16383, 0x150000));
}

TEST_CASE("other threads are on stacks that end with what belongs to them") {
    CHECK(is_own(0x1f0000, 0x1ff000));
    CHECK(!is_own(0x100000 + 16383, 0x1ff000));
    CHECK(!is_own(0x1ff800, 0x1ff000));  // behind it
    CHECK(!is_own(0x3f0000, 0x1ff000));  // elsewhere
    CHECK(!is_own(0x250000, 0x1ff000));  // nowhere
}
