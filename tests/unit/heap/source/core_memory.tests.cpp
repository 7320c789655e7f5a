// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/core_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/heap/source/file_bytes.h"
#include "tests/unit/heap/support/core_file.h"

using namespace memray;
using namespace memray::heap;
using namespace memray::heap::tests;

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr const char* kProgram = "/bin/true";  // any ELF file with a build-id

std::string page(char letter) { return std::string(kPage, letter); }

// Of a program whose first page is in the core, with data and a heap of its own.
struct ProgramCore {
    explicit ProgramCore(std::uint32_t code_flags = PF_R) {
        file = base::read_file(kProgram);
        const std::uint64_t pages = file.size() / kPage;
        builder.segments = {{0x400000, pages * kPage, file.substr(0, kPage), code_flags},
                            {0x500000, kPage, page('b')},  // a .bss
                            {0x600000, 2 * kPage, page('h') + page('i')},
                            {0x700000, kPage, ""},  // left out by the filter
                            {0x7ff000, kPage, page('s')}};
        builder.notes = file_note({{0x400000, 0x400000 + pages * kPage, 0, kProgram}}) +
                        auxiliary_note({{AT_ENTRY, 0x401000}, {AT_RANDOM, 0x7ff100}, {AT_NULL, 0}});
    }
    std::string file;
    CoreBuilder builder;
};

struct Opened {
    explicit Opened(std::string content, const std::string& executable = {}) : bytes(std::move(content)) {
        const ReadCore read = reader_of(bytes);
        CoreImage image = read_core_image(read, bytes.size());
        MappedFiles files = find_mapped_files(image, read, executable, missing);
        memory = std::make_unique<CoreMemory>(std::move(image), read, std::move(files));
    }
    [[nodiscard]] std::string text(std::uint64_t at, std::size_t size) const {
        const auto* found = reinterpret_cast<const char*>(memory->view(RemoteAddr(at), size));
        return found == nullptr ? "nothing" : std::string(found, size);
    }
    [[nodiscard]] std::string path(std::uint64_t at) const { return memory->range_at(RemoteAddr(at))->path; }
    std::string bytes;
    std::vector<std::string> missing;
    std::unique_ptr<CoreMemory> memory;
};

std::string refusal(const std::string& content, const std::string& executable = {}) {
    try {
        const Opened opened(content, executable);
    } catch (const base::Error& error) { return error.what(); }
    return "none";
}

}  // namespace

TEST_CASE("memory is read from the core, and from the program what the core lacks") {
    const ProgramCore program;
    const Opened core(program.builder.build());
    CHECK(core.text(0x400000 + 100, 3 * kPage) == program.file.substr(100, 3 * kPage));
    CHECK(core.text(0x600ffe, 4) == "hhii");
    CHECK(core.text(0x601ffe, 4) == "nothing");
    CHECK(core.text(0x700000, 1) == "nothing");
    CHECK(core.text(0x300000, 1) == "nothing");
    CHECK(core.missing.empty());
}

TEST_CASE("heap and stack have their names") {
    const Opened core(ProgramCore().builder.build());
    CHECK(core.path(0x400000) == kProgram);
    CHECK(core.path(0x500000) == "[heap]");  // the first that does not adjoin the program
    CHECK(core.path(0x600000).empty());
    CHECK(core.path(0x7ff000) == "[stack]");

    ProgramCore adjoining;
    adjoining.builder.segments[1].begin = 0x400000 + adjoining.builder.segments[0].size;
    const Opened other(adjoining.builder.build());
    CHECK(other.path(adjoining.builder.segments[1].begin).empty());
    CHECK(other.path(0x600000) == "[heap]");

    adjoining.builder.segments.erase(adjoining.builder.segments.begin() + 2, adjoining.builder.segments.begin() + 4);
    CHECK(Opened(adjoining.builder.build()).path(adjoining.builder.segments[1].begin) == "[heap]");
}

TEST_CASE("a core that tells only of what it has is filled up from the files") {
    ProgramCore program;
    const std::uint64_t size = program.builder.segments[0].size;
    program.builder.segments[0].size = kPage;
    const Opened core(program.builder.build());
    CHECK(core.text(0x400000 + 2 * kPage, 500) == program.file.substr(2 * kPage, 500));
    CHECK(core.path(0x400000 + size - 1) == kProgram);
    CHECK(core.memory->range_at(RemoteAddr(0x400000 + size)) == nullptr);
}

TEST_CASE("a program that is another one is refused") {
    ProgramCore program;
    std::string& content = program.builder.segments[0].content;
    content[content.find(std::string("\3\0\0\0GNU\0", 8)) + 8] ^= 1;  // the build-id
    CHECK(refusal(program.builder.build()) == " is of /bin/true, which is not here, or another one now");
    CHECK(refusal(program.builder.build(), "/bin/false") == " is not of /bin/false, but of another /bin/true");
    ProgramCore gone;
    gone.builder.notes =
        file_note({{0x400000, 0x402000, 0, "/bin/none such"}}) + auxiliary_note({{AT_ENTRY, 0x401000}});
    CHECK(refusal(gone.builder.build()) == " is of /bin/none such, which is not here, or another one now");
    CHECK(refusal(gone.builder.build(), kProgram) == "none");
    gone.builder.notes = auxiliary_note({{AT_ENTRY, 0x401000}});
    CHECK(refusal(gone.builder.build(), kProgram) == " does not say of which program it is");
}

TEST_CASE("a library that is not to be had is missing") {
    ProgramCore program;
    program.builder.segments.push_back({0x900000, 2 * kPage, program.file.substr(0, kPage), PF_R});
    const std::uint64_t end = 0x400000 + program.builder.segments[0].size;
    program.builder.notes = file_note({{0x400000, end, 0, kProgram}, {0x900000, 0x902000, 0, "/none such"}}) +
                            auxiliary_note({{AT_ENTRY, 0x401000}});
    const Opened core(program.builder.build());
    CHECK(core.missing == std::vector<std::string>{"/none such"});
    CHECK(core.text(0x900000, kPage) == program.file.substr(0, kPage));
    CHECK(core.text(0x900000 + kPage, 1) == "nothing");
}
