// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/python_layout.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <optional>
#include <sstream>

#include "injector/ptrace/remote_memory.h"
#include "payload/wire/control.h"
#include "tests/support/skip.h"
#include "tests/unit/session/launched.h"

using namespace memray;
using namespace memray::tests;

namespace {

using Fields = std::map<std::string, std::uint64_t>;

wire::TargetInfo info_of(pursuit::Launch& launch) {
    wire::TargetInfo info;
    const base::Mapping head = launch.target().region.map(0, wire::kRegionHeadSize);
    std::memcpy(&info, static_cast<const char*>(head.data()) + wire::kTargetInfoOffset, sizeof info);
    return info;
}

Fields fields_of(const wire::PythonLayout& layout) {
    return {{"tstate_frame", layout.tstate_frame},
            {"cframe_current", layout.cframe_current},
            {"frame_previous", layout.frame_previous},
            {"frame_code", layout.frame_code},
            {"frame_instruction", layout.frame_instruction},
            {"frame_owner", layout.frame_owner},
            {"object_type", layout.object_type},
            {"code_instructions", layout.code_instructions},
            {"code_first_traceable", layout.code_first_traceable},
            {"code_filename", layout.code_filename},
            {"code_name", layout.code_name},
            {"code_first_line", layout.code_first_line},
            {"code_line_table", layout.code_line_table},
            {"bytes_size", layout.bytes_size},
            {"bytes_data", layout.bytes_data},
            {"unicode_length", layout.unicode_length},
            {"unicode_state", layout.unicode_state},
            {"unicode_ascii_data", layout.unicode_ascii_data},
            {"unicode_compact_data", layout.unicode_compact_data},
            {"unicode_kind_mask", layout.unicode_kind_mask},
            {"unicode_compact_bit", layout.unicode_compact_bit},
            {"unicode_ascii_bit", layout.unicode_ascii_bit},
            {"type_dealloc", layout.type_dealloc},
            {"frame_locals", layout.frame_locals},
            {"code_arguments", layout.code_arguments},
            {"type_cached_keys", layout.type_cached_keys}};
}

// What the interpreter's own headers say; empty without headers or compiler.
Fields probe(const std::string& interpreter) {
    const TemporaryFolder folder;
    std::string include =
        plain_output(interpreter + " -c \"import sysconfig; print(sysconfig.get_path('include'), end='')\"");
    const std::string command = "cc -w -I" + include + " -I" + include + "/internal " LAYOUT_PROBE " -o " +
                                folder / "probe" + " 2>/dev/null && " + folder / "probe";
    std::istringstream lines(plain_output(command));
    Fields fields;
    std::string name;
    for (std::uint64_t value = 0; lines >> name >> value;) { fields[name] = value; }
    return fields;
}

// A _Py_DebugOffsets in memory of ours.
struct FakeRuntime {
    std::map<std::size_t, std::uint64_t> words;
    std::optional<std::uint64_t> operator()(std::size_t offset) const {
        const auto word = words.find(offset);
        return word == words.end() ? std::nullopt : std::optional(word->second);
    }
};

// The table of a free-threaded 3.14.
FakeRuntime free_threaded_3_14() {
    return {{{0, 0x7970'6775'6265'6478ULL},
             {8, 0x030e00f0},
             {16, 1},
             {32, 784},
             {208, 72},
             {256, 8},
             {264, 0},
             {272, 56},
             {288, 78},
             {304, 72},
             {320, 128},
             {328, 136},
             {344, 152},
             {352, 84},
             {384, 232},
             {392, 224},
             {408, 24},
             {600, 32},
             {608, 48},
             {624, 48},
             {632, 32},
             {640, 56}}};
}

// The table of Debian's 3.15.2.
FakeRuntime with_gil_3_15() {
    return {{{0, 0x7970'6775'6265'6478ULL},
             {8, 0x030f02f0},
             {16, 0},
             {32, 912},
             {208, 72},
             {312, 88},
             {320, 8},
             {328, 0},
             {336, 56},
             {352, 74},
             {368, 0},
             {376, 216},
             {384, 112},
             {392, 120},
             {400, 128},
             {408, 136},
             {416, 68},
             {448, 208},
             {456, 0},
             {464, 16},
             {472, 8},
             {688, 40},
             {696, 16},
             {704, 32},
             {712, 64},
             {720, 32},
             {728, 16},
             {736, 40}}};
}

}  // namespace

TEST_CASE("offsets agree with the headers of every interpreter") {
    for (const std::string& interpreter : interpreters()) {
        CAPTURE(interpreter);
        Fields expected = probe(interpreter);
        if (expected.empty()) {
            memray::tests::skip("no headers of " + interpreter);
            continue;
        }
        expected.erase("finalizing");
        pursuit::Launch launch(options_for({interpreter, "-c", ""}));
        const wire::PythonLayout layout = info_of(launch).layout;
        CHECK(layout.model != wire::FrameModel::kNone);
        CHECK(layout.free_threaded == 0);
        Fields actual = fields_of(layout);
        for (const auto& [name, value] : expected) {
            CAPTURE(name);
            CHECK(actual[name] == value);
            actual.erase(name);
        }
        for (const auto& [name, value] : actual) {
            CAPTURE(name);
            CHECK(value == 0);  // this version has no such field
        }
    }
}

TEST_CASE("the finalizing word is 0 while the program runs and not while the interpreter is torn down") {
    const TemporaryFolder folder;
    // The object is destroyed when its module is; it says so and waits.
    const std::string script = folder.write("program.py",
                                            "import os, sys\n"
                                            "class Last:\n"
                                            "    def __del__(self, read=os.read, write=os.write):\n"
                                            "        write(1, b'T')\n"
                                            "        read(0, 1)\n"
                                            "last = Last()\n"
                                            "os.write(1, b'R')\n"
                                            "os.read(0, 1)\n");
    for (const std::string& interpreter : interpreters()) {
        CAPTURE(interpreter);
        std::array<int, 2> to_target{};
        std::array<int, 2> from_target{};
        REQUIRE(::pipe2(to_target.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(from_target.data(), O_CLOEXEC) == 0);
        std::optional<pursuit::Launch> launch;
        {
            const Redirected in(STDIN_FILENO, to_target[0]);
            const Redirected out(STDOUT_FILENO, from_target[1]);
            launch.emplace(options_for({interpreter, script}));
            launch->resume();
        }
        const base::RemoteAddr finalizing(info_of(*launch).addresses.finalizing);
        const ptrace::RemoteMemory memory(launch->target().pid);
        char said = 0;
        REQUIRE(::read(from_target[0], &said, 1) == 1);
        CHECK(said == 'R');
        CHECK(memory.read<std::uint64_t>(finalizing) == 0);
        REQUIRE(::write(to_target[1], ".", 1) == 1);
        REQUIRE(::read(from_target[0], &said, 1) == 1);
        CHECK(said == 'T');
        CHECK(memory.read<std::uint64_t>(finalizing) != 0);
        REQUIRE(::write(to_target[1], ".", 1) == 1);
        CHECK(wait_status_of(launch->target().pid) == 0);
        for (const int fd : {to_target[0], to_target[1], from_target[0], from_target[1]}) { ::close(fd); }
    }
}

TEST_CASE("a free-threaded interpreter has longer headers and other flag bits") {
    const cpython::LayoutFacts facts =
        cpython::layout_from_debug_offsets(cpython::PythonVersion{0x030e00f0}, free_threaded_3_14());
    const wire::PythonLayout& layout = facts.layout;
    CHECK(layout.model == wire::FrameModel::kCurrentFrame);
    CHECK(layout.free_threaded == 1);
    CHECK(layout.executable_mask == ~3ULL);
    CHECK(layout.shim_owner == 3);
    CHECK(layout.frame_owner == 78);
    CHECK(layout.frame_tlbc_index == 72);
    CHECK(layout.code_tlbc == 224);
    CHECK(layout.code_first_traceable == 208);
    CHECK(layout.unicode_compact_data == 72);
    CHECK(layout.unicode_kind_mask == 0x700);
    CHECK(layout.unicode_kind_shift == 8);
    CHECK(layout.unicode_compact_bit == 0x800);
    CHECK(layout.unicode_ascii_bit == 0x1000);
    CHECK(layout.type_dealloc == 64);
    CHECK(facts.finalizing == 784);
}

TEST_CASE("debug offsets that make no sense are not used") {
    const cpython::PythonVersion version{0x030e00f0};
    const auto model_with = [&](std::size_t position, std::uint64_t value) {
        FakeRuntime runtime = free_threaded_3_14();
        runtime.words[position] = value;
        return cpython::layout_from_debug_offsets(version, runtime).layout.model;
    };
    CHECK(model_with(0, 0x1234) == wire::FrameModel::kNone);      // another cookie
    CHECK(model_with(8, 0x030d00f0) == wire::FrameModel::kNone);  // another version
    CHECK(model_with(16, 7) == wire::FrameModel::kNone);          // neither with nor without GIL
    CHECK(model_with(264, ~0ULL) == wire::FrameModel::kNone);     // an offset beyond any structure
    CHECK(cpython::layout_from_debug_offsets(version, FakeRuntime{}).layout.model == wire::FrameModel::kNone);
    FakeRuntime cut = free_threaded_3_14();
    cut.words.erase(640);
    CHECK(cpython::layout_from_debug_offsets(version, cut).layout.model == wire::FrameModel::kNone);
}

TEST_CASE("the words for profilers are used where they are known") {
    const auto words_of = [](std::uint32_t version, std::uint64_t number) {
        FakeRuntime runtime = with_gil_3_15();
        runtime.words[8] = version;
        runtime.words[224] = 88;
        runtime.words[232] = number;
        const auto layout = cpython::layout_from_debug_offsets(cpython::PythonVersion{version}, runtime).layout;
        return std::pair{layout.tstate_profiled_frame, layout.tstate_profiled_number};
    };
    constexpr std::pair<std::uint32_t, std::uint32_t> kNone{0, 0};
    CHECK(words_of(0x030f02f0, 96) == std::pair<std::uint32_t, std::uint32_t>{88, 96});
    CHECK(words_of(0x030f00b3, 96) == kNone);       // a prerelease that has only one
    CHECK(words_of(0x030f02f0, 1 << 30) == kNone);  // beyond any structure
    CHECK(words_of(0x031000a1, 96) == kNone);       // unknown
}

TEST_CASE("a version newer than this program is read like 3.15 if its debug offsets say the same") {
    constexpr cpython::PythonVersion kNewer{0x031000a1};
    FakeRuntime known = with_gil_3_15();
    CHECK(cpython::layout_from_debug_offsets(cpython::PythonVersion{0x030f02f0}, known).layout.model ==
          wire::FrameModel::kCurrentFrame);
    known.words[8] = kNewer.hex;
    const cpython::LayoutFacts facts = cpython::layout_from_debug_offsets(kNewer, known);
    CHECK(facts.layout.model == wire::FrameModel::kCurrentFrame);
    CHECK(facts.layout.hex_version == kNewer.hex);
    CHECK(facts.layout.code_first_traceable == 192);
    CHECK(facts.layout.frame_owner == 74);
    for (const auto& [position, value] : known.words) {
        if (position == 32) { continue; }  // of the finalizing word, which any version may have anywhere
        CAPTURE(position);
        FakeRuntime changed = known;
        changed.words[position] = value + 8;
        CHECK(cpython::layout_from_debug_offsets(kNewer, changed).layout.model == wire::FrameModel::kNone);
        changed.words.erase(position);
        CHECK(cpython::layout_from_debug_offsets(kNewer, changed).layout.model == wire::FrameModel::kNone);
    }
}

TEST_CASE("of a version whose debug offsets are not understood no frame is read") {
    FakeRuntime runtime = free_threaded_3_14();
    runtime.words[8] = 0x031000f0;
    const cpython::LayoutFacts facts = cpython::layout_from_debug_offsets(cpython::PythonVersion{0x031000f0}, runtime);
    CHECK(facts.layout.model == wire::FrameModel::kNone);
    CHECK(facts.layout.hex_version == 0x031000f0);
}
