// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/table_compiler.h"

#include <link.h>
#include <sys/auxv.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <set>

#include "tests/unit/unwind/elf_file.h"
#include "tests/unit/unwind/expected_rule.h"

using namespace memray;
using tests::ElfFile;

namespace {

struct Compiled {
    unwind::MappedImage image;
    unwind::EhFrame section;
    unwind::CompiledTable table;
};

Compiled compile(const ElfFile& file) {
    Compiled result;
    const auto image = unwind::read_mapped_image(file.header(), file.memory());
    REQUIRE(image);
    result.image = *image;
    result.section = unwind::read_eh_frame(result.image, file.memory());
    REQUIRE_FALSE(result.section.bytes.empty());
    result.table = unwind::compile_table(result.section, result.image.begin.value());
    REQUIRE_FALSE(result.table.bytes.empty());
    return result;
}

const wire::UnwindRule* find(const Compiled& compiled, std::uint64_t address) {
    return wire::find_unwind_rule(reinterpret_cast<const wire::UnwindTable*>(compiled.table.bytes.data()),
                                  compiled.table.bytes.size(), address - compiled.image.begin.value());
}

bool is_rule_at(const Compiled& compiled, std::uint64_t address, const wire::UnwindRule& rule) {
    const wire::UnwindRule* found = find(compiled, address);
    return found != nullptr && *found == rule;
}

// What payload/wire/unwind_table.h says that a table is; or nothing.
bool is_sound(const std::vector<std::uint8_t>& table) {
    if (table.empty()) { return true; }
    wire::UnwindTable header;
    if (table.size() < sizeof header) { return false; }
    std::memcpy(&header, table.data(), sizeof header);
    const std::uint32_t rows = header.row_count;
    if (rows == 0 || table.size() != wire::unwind_table_size(rows, header.rule_count)) { return false; }
    const auto* begins = reinterpret_cast<const std::uint32_t*>(table.data() + wire::unwind_rows_offset());
    const auto* numbers = reinterpret_cast<const std::uint16_t*>(table.data() + wire::unwind_numbers_offset(rows));
    const auto* rules = reinterpret_cast<const wire::UnwindRule*>(table.data() + wire::unwind_rules_offset(rows));
    return begins[0] == 0 && std::is_sorted(begins, begins + rows) && rules[0] == wire::UnwindRule{} &&
           std::all_of(numbers, numbers + rows, [&](std::uint16_t number) { return number < header.rule_count; });
}

struct Comparison {
    std::size_t functions{0};
    std::size_t ranges{0};
    std::vector<std::uint64_t> different;
};

// Every range of addresses that elfutils has one answer for, at both ends.
Comparison compare(const ElfFile& file, const Compiled& compiled) {
    Comparison result;
    unwind::for_each_function(compiled.section, [&](const auto& /*conventions*/, const auto& function) {
        ++result.functions;
        for (std::uint64_t at = function.begin; at < function.end;) {
            const auto expected = tests::expected_rule(file.cfi(), at - ElfFile::kBias);
            REQUIRE(expected);
            const std::uint64_t end = std::min(expected->end + ElfFile::kBias, function.end);
            REQUIRE(end > at);
            if (!is_rule_at(compiled, at, expected->rule) || !is_rule_at(compiled, end - 1, expected->rule)) {
                result.different.push_back(at - ElfFile::kBias);
            }
            ++result.ranges;
            at = end;
        }
    });
    return result;
}

int add_path(dl_phdr_info* info, std::size_t /*size*/, void* paths) {
    if (info->dlpi_name[0] == '/') { static_cast<std::set<std::string>*>(paths)->insert(info->dlpi_name); }
    return 0;
}

// What this process has loaded (libc, libstdc++, the loader, ...), and Python.
std::set<std::string> subjects() {
    std::set<std::string> paths{"/usr/bin/python3"};
    ::dl_iterate_phdr(&add_path, &paths);
    for (const char* other :
         {"/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"}) {
        if (std::filesystem::exists(other)) { paths.insert(other); }
    }
    return paths;
}

}  // namespace

TEST_CASE("a compiled table says what elfutils says of every function") {
    for (const std::string& path : subjects()) {
        const ElfFile file(path);
        const Compiled compiled = compile(file);
        const Comparison comparison = compare(file, compiled);
        INFO(path << ": " << comparison.functions << " functions, " << comparison.ranges << " ranges, "
                  << compiled.table.unsupported_rows << " unsupported, " << compiled.table.bytes.size() << " bytes");
        CHECK(comparison.functions > 0);
        CHECK(comparison.different == std::vector<std::uint64_t>{});
        // Hand-written code that keeps its caller's stack pointer in other registers, and prologues that align the
        // stack.
        CHECK(compiled.table.unsupported_rows * 20 < comparison.ranges);
    }
}

TEST_CASE("addresses of no function stop a walk") {
    const ElfFile file("/usr/bin/python3");
    const Compiled compiled = compile(file);
    const std::uint64_t begin = compiled.image.begin.value();
    CHECK(is_rule_at(compiled, begin, {}));
    CHECK(is_rule_at(compiled, begin + 0xffffffffU, {}));
    CHECK(find(compiled, begin + 0x100000000) == nullptr);
    CHECK(find(compiled, begin - 1) == nullptr);
}

TEST_CASE("a table that makes no sense has no rules") {
    const std::vector<std::uint8_t> zeroes(64);
    const auto* table = reinterpret_cast<const wire::UnwindTable*>(zeroes.data());
    CHECK(wire::find_unwind_rule(table, zeroes.size(), 1) == nullptr);
    const wire::UnwindTable beyond{1000, 1};
    CHECK(wire::find_unwind_rule(&beyond, sizeof beyond, 1) == nullptr);
    const wire::UnwindTable most{0xffffffff, 0xffffffff};
    CHECK(wire::find_unwind_rule(&most, sizeof most, 1) == nullptr);
}

TEST_CASE("a section that is cut short gives the functions before the cut") {
    const ElfFile file("/usr/bin/python3");
    const Compiled whole = compile(file);
    Compiled half{whole.image, whole.section, {}};
    half.section.bytes.resize(whole.section.bytes.size() / 2);
    half.table = unwind::compile_table(half.section, whole.image.begin.value());
    std::size_t functions = 0;
    std::size_t different = 0;
    unwind::for_each_function(half.section, [&](const auto& /*conventions*/, const auto& function) {
        const wire::UnwindRule* rule = find(whole, function.begin);
        ++functions;
        different += rule == nullptr || !is_rule_at(half, function.begin, *rule) ? 1 : 0;
    });
    CHECK(functions > 1000);
    CHECK(different == 0);
    for (std::size_t size = 0; size < 400; ++size) {
        half.section.bytes.resize(size);
        CHECK(is_sound(unwind::compile_table(half.section, whole.image.begin.value()).bytes));
    }
}

TEST_CASE("a section with any byte changed gives a sound table") {
    const ElfFile file("/usr/bin/python3");
    const Compiled whole = compile(file);
    CHECK(is_sound(whole.table.bytes));
    unwind::EhFrame section = whole.section;
    section.bytes.resize(std::min<std::size_t>(section.bytes.size(), 2000));
    for (std::uint8_t& byte : section.bytes) {
        const std::uint8_t was = byte;
        for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
            byte = static_cast<std::uint8_t>(was ^ flip);
            CHECK(is_sound(unwind::compile_table(section, whole.image.begin.value()).bytes));
        }
        byte = was;
    }
}

TEST_CASE("the vdso of this process can be compiled from memory") {
    const auto read = [](base::RemoteAddr at, void* data, std::size_t size) {
        std::memcpy(data, reinterpret_cast<const void*>(at.value()), size);
        return true;
    };
    const auto image = unwind::read_mapped_image(base::RemoteAddr(::getauxval(AT_SYSINFO_EHDR)), read);
    REQUIRE(image);
    CHECK(image->build_id.size() == 40);
    const unwind::EhFrame section = unwind::read_eh_frame(*image, read);
    CHECK_FALSE(unwind::compile_table(section, image->begin.value()).bytes.empty());
}
