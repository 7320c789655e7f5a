// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/core_image.h"

#include <catch2/catch.hpp>
#include <functional>

#include "injector/base/error.h"
#include "tests/unit/heap/support/core_file.h"

using namespace memray;
using namespace memray::heap;
using namespace memray::heap::tests;
using base::RemoteAddr;

namespace {

CoreImage image_of(const std::string& bytes) { return read_core_image(reader_of(bytes), bytes.size()); }

std::string refusal(const std::string& bytes) {
    try {
        image_of(bytes);
    } catch (const base::Error& error) { return error.what(); }
    return "none";
}

std::string changed(std::string bytes, const std::function<void(Elf64_Ehdr&)>& change) {
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    change(header);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

const std::string kPage(4096, 'x');

}  // namespace

TEST_CASE("a core tells its segments, sorted") {
    const CoreImage image =
        image_of(CoreBuilder{{{0x9000, 0x2000, kPage}, {0x4000, 0x1000, "", PF_R | PF_X}}, {}}.build());
    REQUIRE(image.segments.size() == 2);
    const CoreSegment& code = image.segments[0];
    CHECK((code.begin == RemoteAddr(0x4000) && code.size == 0x1000 && code.content == 0));
    CHECK((code.readable && !code.writable && code.executable));
    const CoreSegment& data = image.segments[1];
    CHECK((data.begin == RemoteAddr(0x9000) && data.end() == RemoteAddr(0xb000) && data.content == 4096));
    CHECK((data.readable && data.writable && !data.executable));
    CHECK(find_segment(image.segments, RemoteAddr(0xafff)) == &data);
    CHECK(find_segment(image.segments, RemoteAddr(0x5000)) == nullptr);
    CHECK(find_segment(image.segments, RemoteAddr(0xb000)) == nullptr);
}

TEST_CASE("a core tells what was mapped, the threads, the entry and the stack") {
    const std::string notes = thread_note(12, 0x7000, 0x4010) + name_note(11, "python3") +
                              auxiliary_note({{AT_ENTRY, 0x4020}, {AT_RANDOM, 0x7f00}, {AT_NULL, 0}}) +
                              file_note({{0x9000, 0xa000, 3, "/lib/b"}, {0x4000, 0x6000, 0, "/bin/a"}}) +
                              note("LINUX", NT_PRSTATUS, std::string(336, '\1')) + thread_note(11, 0x8000, 0x4011);
    const CoreImage image = image_of(CoreBuilder{{}, notes}.build());
    REQUIRE(image.threads.size() == 2);
    CHECK((image.threads[0].id == 12 && image.threads[0].name.empty()));
    CHECK(image.threads[0].stack_pointer == RemoteAddr(0x7000));
    CHECK(image.threads[0].program_counter == RemoteAddr(0x4010));
    CHECK((image.threads[1].id == 11 && image.threads[1].name == "python3"));
    CHECK((image.entry == RemoteAddr(0x4020) && image.stack_bytes == RemoteAddr(0x7f00)));
    REQUIRE(image.mappings.size() == 2);
    CHECK((image.mappings[0].path == "/bin/a" && image.mappings[0].offset == 0));
    CHECK((image.mappings[1].path == "/lib/b" && image.mappings[1].offset == 3 * 4096));
    CHECK(find_mapping(image.mappings, RemoteAddr(0x5fff))->path == "/bin/a");
    CHECK(find_mapping(image.mappings, RemoteAddr(0x6000)) == nullptr);
}

TEST_CASE("segments that cannot be are left out") {
    const CoreImage image = image_of(CoreBuilder{
        {{0x4000, 0x2000, kPage},
         {0x5000, 0x1000, kPage},
         {0x7001, 0x1000, ""},
         {0x8000, 0, ""},
         {~0ULL << 12U, 0x2000, ""}},
        {}}.build());
    REQUIRE(image.segments.size() == 1);
    CHECK(image.segments[0].begin == RemoteAddr(0x4000));
}

TEST_CASE("more content than memory is not looked at") {
    const CoreImage image = image_of(CoreBuilder{{{0x4000, 0x1000, kPage + kPage}}, {}}.build());
    REQUIRE(image.segments.size() == 1);
    CHECK(image.segments[0].content == 0x1000);
}

TEST_CASE("mappings that are told wrongly are left out") {
    const auto mappings = [](const std::string& content) {
        return image_of(CoreBuilder{{}, note("CORE", NT_FILE, content)}.build()).mappings.size();
    };
    const auto words = [](std::initializer_list<std::uint64_t> values) {
        std::string text;
        for (const std::uint64_t value : values) { text += bytes_of(value); }
        return text;
    };
    const std::string path("/a\0", 3);
    CHECK(mappings(words({1, 4096, 0x4000, 0x5000, 0}) + path) == 1);
    CHECK(mappings("") == 0);
    CHECK(mappings(words({1})) == 0);
    CHECK(mappings(words({~0ULL, 4096, 0x4000, 0x5000, 0}) + path) == 0);
    CHECK(mappings(words({1, 4096, 0x4000, 0x5000, 0}) + "/a") == 0);
    CHECK(mappings(words({1, 4096, 0x4000, 0x5000})) == 0);
    CHECK(mappings(words({1, 4096, 0x5000, 0x4000, 0}) + path) == 0);
    CHECK(mappings(words({1, 4096, 0x4000, 0x5001, 0}) + path) == 0);
    CHECK(mappings(words({1, 4096, 0x4000, 0x5000, ~0ULL}) + path) == 0);
    CHECK(mappings(words({2, 4096, 0x4000, 0x5000, 0, 0x4000, 0x5000, 0}) + path + path) == 1);
}

TEST_CASE("notes that are too short are left out") {
    const std::string notes = note("CORE", NT_PRSTATUS, "short") + note("CORE", NT_PRPSINFO, "short") +
                              note("CORE", NT_AUXV, "short") + thread_note(5, 1, 2);
    const CoreImage image = image_of(CoreBuilder{{}, notes}.build());
    REQUIRE(image.threads.size() == 1);
    CHECK((image.threads[0].id == 5 && image.entry.is_null()));
    CHECK(image_of(CoreBuilder{{}, notes.substr(0, notes.size() - 8)}.build()).threads.empty());
}

TEST_CASE("what is no core is refused") {
    const std::string good = CoreBuilder{{{0x4000, 0x1000, kPage}}, {}}.build();
    CHECK(refusal(good) == "none");
    CHECK(refusal("") == " is not a core file");
    CHECK(refusal("#!/bin/sh and more than the first sixteen bytes") == " is not a core file");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_type = ET_DYN; })) == " is not a core file");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_ident[EI_CLASS] = ELFCLASS32; })) ==
          " is of a 32-bit program");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_machine = EM_AARCH64; })) ==
          " is of a program for another architecture");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_ident[EI_DATA] = ELFDATA2MSB; })) ==
          " is of a program for another architecture");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_phentsize = 32; })) == " is damaged");
    CHECK(refusal(changed(good, [](Elf64_Ehdr& header) { header.e_phoff = ~0ULL; })) == " is cut off");
}

TEST_CASE("a core that is cut off anywhere is refused") {
    const std::string good = CoreBuilder{{{0x4000, 0x1000, kPage}}, thread_note(5, 1, 2)}.build();
    for (std::size_t size = EI_NIDENT; size < good.size(); ++size) {
        CAPTURE(size);
        REQUIRE(refusal(good.substr(0, size)).starts_with(" is cut off"));
    }
    CHECK(refusal(good.substr(0, good.size() - 1)) ==
          " is cut off: it has " + std::to_string(good.size() - 1) + " of " + std::to_string(good.size()) + " bytes");
}

TEST_CASE("with very many segments the first section tells how many there are") {
    std::string bytes = CoreBuilder{{{0x4000, 0x1000, kPage}}, {}}.build();
    Elf64_Shdr section{};
    section.sh_info = 2;
    const std::size_t at = bytes.size();
    bytes = changed(bytes + bytes_of(section), [at](Elf64_Ehdr& header) {
        header.e_phnum = PN_XNUM;
        header.e_shoff = at;
    });
    CHECK(image_of(bytes).segments.size() == 1);
    section.sh_info = 1U << 19U;
    CHECK(refusal(bytes.substr(0, at) + bytes_of(section)) == " is cut off");
    section.sh_info = ~0U;
    CHECK(refusal(bytes.substr(0, at) + bytes_of(section)) == " is damaged");
}
