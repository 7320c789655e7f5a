// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/executable_file.h"

#include <elf.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/unit/elf/fake_memory.h"

using namespace memray::elf;

namespace {

// A program with one segment of that type.
std::string program(std::uint32_t segment_type, std::uint16_t machine = EM_X86_64) {
    Elf64_Ehdr header = tests::header_before(1);
    header.e_machine = machine;
    Elf64_Phdr segment{};
    segment.p_type = segment_type;
    std::string bytes(sizeof header + sizeof segment, '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &segment, sizeof segment);
    return bytes;
}

}  // namespace

TEST_CASE("executables are told apart by their first bytes") {
    CHECK(classify_executable("#!/bin/sh\n") == ExecutableKind::kScript);
    CHECK(classify_executable(program(PT_INTERP)) == ExecutableKind::kDynamic);
    CHECK(classify_executable(program(PT_LOAD)) == ExecutableKind::kStatic);
    CHECK(classify_executable(program(PT_INTERP, EM_AARCH64)) == ExecutableKind::kOtherMachine);
    std::string narrow = program(PT_INTERP);
    narrow[EI_CLASS] = ELFCLASS32;
    CHECK(classify_executable(narrow) == ExecutableKind::kOtherClass);
    CHECK(classify_executable("plain text") == ExecutableKind::kUnknown);
    CHECK(classify_executable("") == ExecutableKind::kUnknown);
}

TEST_CASE("a header that ends early or points outside is not followed") {
    const std::string whole = program(PT_INTERP);
    for (std::size_t size = 5; size < sizeof(Elf64_Ehdr); ++size) {
        CHECK(classify_executable(whole.substr(0, size)) == ExecutableKind::kUnreadable);
    }
    CHECK(classify_executable(whole.substr(0, whole.size() - 1)) == ExecutableKind::kStatic);
    std::string far = whole;
    const std::uint64_t offset = ~0ULL - 8;
    std::memcpy(far.data() + offsetof(Elf64_Ehdr, e_phoff), &offset, sizeof offset);
    CHECK(classify_executable(far) == ExecutableKind::kStatic);
    std::string many = whole;
    many[offsetof(Elf64_Ehdr, e_phnum)] = '\xff';
    many[sizeof(Elf64_Ehdr)] = PT_LOAD;
    CHECK(classify_executable(many) == ExecutableKind::kStatic);
}

TEST_CASE("files are classified by their content, if they can be read") {
    CHECK(classify_executable_file("/proc/self/exe") == ExecutableKind::kDynamic);
    CHECK(classify_executable_file("/no/such/file") == ExecutableKind::kUnreadable);
    CHECK(classify_executable_file("/") == ExecutableKind::kUnreadable);
}
