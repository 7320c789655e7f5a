// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_modules.h"

#include <dlfcn.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "injector/collector/mapped_region.h"
#include "payload/wire/unwind_table.h"
#include "tests/support/native_region.h"

using namespace memray;
using collector::NativeModule;
using collector::NativeModules;

namespace {

// The directory of this process's own modules.
struct Subject {
    explicit Subject(std::uint64_t tables = std::uint64_t{64} << 20U) : memory(tables) {}

    void ask() {
        region.directory()->wanted.fetch_add(1);
        modules.update();
    }
    [[nodiscard]] const wire::ModuleEntry& entry(std::uint32_t number) const {
        return module_entries(*region.directory())[number - 1];
    }
    // The number of the module that has the address, 0 if none has.
    [[nodiscard]] std::uint32_t number_at(const void* address) const {
        const auto value = reinterpret_cast<std::uint64_t>(address);
        for (std::uint32_t number = 1; modules.find(number) != nullptr; ++number) {
            if (value >= entry(number).begin && value < entry(number).end) { return number; }
        }
        return 0;
    }

    tests::NativeRegion memory;
    collector::MappedRegion region{memory.memory()};
    NativeModules modules{region, ::getpid()};
};

const void* code_of_this_program() { return reinterpret_cast<const void*>(&code_of_this_program); }

}  // namespace

TEST_CASE("what is asked for the first time is every module, with its table") {
    Subject subject;
    CHECK(subject.modules.are_wanted());
    subject.modules.update();
    CHECK_FALSE(subject.modules.are_wanted());
    const std::uint32_t number = subject.number_at(code_of_this_program());
    REQUIRE(number != 0);
    const NativeModule& own = *subject.modules.find(number);
    CHECK(own.module.path == std::filesystem::read_symlink("/proc/self/exe"));
    CHECK(own.module.file_size == std::filesystem::file_size("/proc/self/exe"));
    CHECK(own.bias == subject.entry(number).begin);
    CHECK(subject.entry(number).is_loader == 0);
    const wire::ModuleEntry& entry = subject.entry(number);
    const base::SharedMemory memory = subject.memory.memory();
    const base::Mapping all = memory.map(0, memory.size());
    const auto* table = reinterpret_cast<const wire::UnwindTable*>(
        static_cast<const unsigned char*>(all.data()) + subject.region.control().directory_offset + entry.table);
    const auto address = reinterpret_cast<std::uint64_t>(code_of_this_program()) - entry.begin;
    const wire::UnwindRule* rule = wire::find_unwind_rule(table, entry.table_size, address);
    REQUIRE(rule != nullptr);
    CHECK(rule->cfa == wire::CfaRule::kFromRsp);  // at a function's first instruction there is its return address
    CHECK(rule->cfa_offset == 8);
}

TEST_CASE("there is no module 0, and none beyond the last") {
    Subject subject;
    subject.modules.update();
    CHECK(subject.modules.find(0) == nullptr);
    CHECK(subject.modules.find(subject.region.directory()->count) != nullptr);
    CHECK(subject.modules.find(subject.region.directory()->count + 1) == nullptr);
}

TEST_CASE("only the dynamic linker is marked as that") {
    Subject subject;
    subject.modules.update();
    std::string loaders;
    for (std::uint32_t number = 1; subject.modules.find(number) != nullptr; ++number) {
        if (subject.entry(number).is_loader != 0) { loaders += subject.modules.find(number)->module.path; }
    }
    CHECK(std::filesystem::path(loaders).filename() == "ld-linux-x86-64.so.2");
}

TEST_CASE("nothing is looked for that was not asked for") {
    Subject subject;
    subject.modules.update();
    const std::uint32_t version = subject.region.directory()->version;
    const std::uint32_t count = subject.region.directory()->count;
    void* library = ::dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != nullptr);
    subject.modules.update();
    CHECK(subject.region.directory()->count == count);
    CHECK(subject.region.directory()->version == version);
    ::dlclose(library);
}

TEST_CASE("a library that comes and goes has a number for each time, and keeps it") {
    Subject subject;
    subject.modules.update();
    std::uint32_t numbers[2] = {0, 0};
    for (std::uint32_t& number : numbers) {
        void* library = ::dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
        REQUIRE(library != nullptr);
        const void* code = ::dlsym(library, "plugin_run");
        subject.ask();
        number = subject.number_at(code);
        REQUIRE(number != 0);
        CHECK(subject.modules.find(number)->module.path == std::filesystem::canonical(PLUGIN));
        ::dlclose(library);
        const std::uint32_t version = subject.region.directory()->version;
        subject.ask();
        CHECK(subject.number_at(code) == 0);
        CHECK(subject.region.directory()->version == version + 1);
    }
    CHECK(numbers[1] > numbers[0]);
    CHECK(subject.modules.find(numbers[0])->module.path == subject.modules.find(numbers[1])->module.path);
}

TEST_CASE("modules whose tables find no room have none") {
    Subject subject(0);
    subject.modules.update();
    const std::uint32_t number = subject.number_at(code_of_this_program());
    REQUIRE(number != 0);
    CHECK(subject.entry(number).table == 0);
}
