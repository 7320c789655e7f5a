// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/mapped_image.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/unit/elf/fake_memory.h"

using namespace memray;
using elf::tests::FakeMemory;
using elf::tests::header_before;
using unwind::MappedImage;

namespace {

constexpr std::size_t kNotesAt = 0x200;
constexpr std::size_t kFrameHeaderAt = 0x300;
constexpr std::size_t kFramesAt = 0x340;
constexpr std::size_t kReadOnlySize = 0x400;
constexpr std::size_t kSize = 0x1800;

struct FrameHeader {
    std::uint8_t version{1};
    std::uint8_t encoding{0x1b};  // relative to itself, four bytes
    std::uint8_t others[2]{3, 0x3b};
    std::int32_t pointer{kFramesAt - kFrameHeaderAt - 4};
};

Elf64_Phdr segment(std::uint32_t type, std::uint64_t at, std::uint64_t size, std::uint64_t first = 0) {
    Elf64_Phdr result{};
    result.p_type = type;
    result.p_offset = at;
    result.p_vaddr = first + at;
    result.p_memsz = result.p_filesz = size;
    return result;
}

void put_note(FakeMemory& memory, std::size_t at, const char* owner, std::uint32_t type, const std::string& content) {
    memory.put(at, Elf64_Nhdr{4, static_cast<Elf64_Word>(content.size()), type});
    std::memcpy(memory.bytes.data() + at + sizeof(Elf64_Nhdr), owner, 4);
    std::memcpy(memory.bytes.data() + at + sizeof(Elf64_Nhdr) + 4, content.data(), content.size());
}

// A file that was linked to be at address `first`, with two segments, notes and .eh_frame.
FakeMemory library(std::uint64_t first = 0) {
    FakeMemory memory;
    const Elf64_Ehdr header = header_before(4);
    memory.put(0, header);
    const Elf64_Phdr segments[] = {
        segment(PT_LOAD, 0, kReadOnlySize, first), segment(PT_LOAD, 0x1000, kSize - 0x1000, first),
        segment(PT_NOTE, kNotesAt, 0x80, first), segment(PT_GNU_EH_FRAME, kFrameHeaderAt, 8, first)};
    memory.put(sizeof header, segments);
    put_note(memory, kNotesAt, "ABC", NT_GNU_BUILD_ID, "0123");
    put_note(memory, kNotesAt + 0x14, "GNU", NT_GNU_BUILD_ID, "\x01\xab\xff\x10");
    memory.put(kFrameHeaderAt, FrameHeader{});
    return memory;
}

std::optional<MappedImage> read(const FakeMemory& memory) {
    return unwind::read_mapped_image(memory.base, memory.reader());
}

}  // namespace

TEST_CASE("a mapped file has its place, build-id and frame information") {
    const std::uint64_t first = GENERATE(0U, 0x40'0000U);
    const FakeMemory memory = library(first);
    const auto image = read(memory);
    REQUIRE(image);
    CHECK(image->begin == memory.base);
    CHECK(image->end == memory.base + kSize);
    CHECK(image->bias == memory.base.value() - first);
    CHECK(image->build_id == "01abff10");
    CHECK(image->eh_frame == memory.base + kFramesAt);
    CHECK(image->eh_frame_limit == memory.base + kReadOnlySize);
    const unwind::EhFrame section = unwind::read_eh_frame(*image, memory.reader());
    CHECK(section.address == memory.base.value() + kFramesAt);
    CHECK(section.bytes.size() == kReadOnlySize - kFramesAt);
}

TEST_CASE("what is no ELF file of this processor is no image") {
    FakeMemory memory = library();
    SECTION("another magic") { memory.bytes[1] = 'e'; }
    SECTION("32 bits") { memory.bytes[EI_CLASS] = ELFCLASS32; }
    SECTION("another processor") { memory.put(offsetof(Elf64_Ehdr, e_machine), Elf64_Half{EM_AARCH64}); }
    SECTION("more segments than there are") { memory.put(offsetof(Elf64_Ehdr, e_phnum), Elf64_Half{0xffff}); }
    SECTION("segments where nothing is") { memory.put(offsetof(Elf64_Ehdr, e_phoff), Elf64_Off{0x10'0000}); }
    SECTION("cut short") { memory.bytes.resize(40); }
    CHECK_FALSE(read(memory));
}

TEST_CASE("a header of frame information that is not understood gives none") {
    FakeMemory memory = library();
    SECTION("another version") { memory.bytes[kFrameHeaderAt] = 2; }
    SECTION("an absolute pointer") { memory.bytes[kFrameHeaderAt + 1] = 0; }
    const auto image = read(memory);
    REQUIRE(image);
    CHECK(image->eh_frame.is_null());
    CHECK(unwind::read_eh_frame(*image, memory.reader()).bytes.empty());
}

TEST_CASE("frame information that cannot be read, or is outside of every segment, is none") {
    FakeMemory memory = library();
    SECTION("outside") { memory.put(kFrameHeaderAt, FrameHeader{.pointer = 0x7000'0000}); }
    SECTION("not there") { memory.bytes.resize(kFramesAt + 10); }
    const auto image = read(memory);
    REQUIRE(image);
    CHECK(unwind::read_eh_frame(*image, memory.reader()).bytes.empty());
}

TEST_CASE("notes that are longer than their segment have no build-id") {
    FakeMemory memory = library();
    memory.put(kNotesAt, Elf64_Nhdr{4, 0x7fff'ffff, 1});
    const auto image = read(memory);
    REQUIRE(image);
    CHECK(image->build_id.empty());
}
