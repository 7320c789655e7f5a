// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/kept_file.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>

#include "injector/elf/mapped_symbols.h"
#include "injector/elf/symbols_only.h"
#include "symbolizer/symbolize.h"
#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using capture::SymbolSource;

namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20U;

std::string symbols_of(const std::string& path, std::size_t limit = kLimit) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return elf::symbols_only(fd.get(), limit).value_or("");
}

// Of a library that is gone, of which this was kept.
capture::Profile gone(const LibraryCopy& library, const std::string& kept) {
    capture::Profile profile = library.profile();
    profile.kept_symbols.push_back({0, kept});
    std::filesystem::remove(library.path);
    return profile;
}

base::RemoteAddr base_of(const void* function) {
    Dl_info info{};
    REQUIRE(::dladdr(function, &info) != 0);
    return base::RemoteAddr(reinterpret_cast<std::uint64_t>(info.dli_fbase));
}

// The memory of this process.
bool read_own(base::RemoteAddr address, void* data, std::size_t size) {
    const base::UniqueFd memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
    return ::pread(memory.get(), data, size, static_cast<off_t>(address.value())) == static_cast<ssize_t>(size);
}

symbolizer::Outcome looked_up(const capture::Profile& profile) {
    symbolizer::Options options;
    options.debuginfod = false;
    return symbolizer::symbolize(profile, options, {});
}

}  // namespace

TEST_CASE("what was kept of a library that is gone names its functions, exported or not") {
    const LibraryCopy library;
    const std::string kept = symbols_of(library.path);
    CHECK(kept.size() < std::filesystem::file_size(library.path) / 2);
    const capture::Profile profile = gone(library, kept);
    SymbolSource source{};
    require_functions(symbolized(profile, {}, &source));
    CHECK(source == SymbolSource::kSymbolTable);
    CHECK(looked_up(profile).symbols.modules[0].kept);
}

TEST_CASE("of a stripped library the exported functions are kept") {
    const LibraryCopy library;
    const capture::Profile whole = library.profile();
    library.strip();
    const capture::Profile profile = gone(library, symbols_of(library.path));
    SymbolSource source{};
    const auto names = symbolized(profile, {}, &source);
    CHECK(names.at(1) == symbolizer::Names{{"shapes_run", "", 0}});
    CHECK(source == SymbolSource::kDynamicSymbols);
}

TEST_CASE("of a library whose file was never read its memory names the exported functions") {
    const LibraryCopy library;
    void* loaded = ::dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(loaded != nullptr);
    const auto kept = elf::mapped_symbols(base_of(::dlsym(loaded, "shapes_run")), read_own, kLimit);
    ::dlclose(loaded);
    REQUIRE(kept.has_value());
    const capture::Profile profile = gone(library, *kept);
    SymbolSource source{};
    const auto names = symbolized(profile, {}, &source);
    CHECK(names == std::vector<symbolizer::Names>{{}, {{"shapes_run", "", 0}}});
    CHECK(source == SymbolSource::kDynamicSymbols);
    CHECK(looked_up(profile).symbols.modules[0].kept);
}

TEST_CASE("a file that is there is better than what was kept") {
    const LibraryCopy library;
    capture::Profile profile = library.profile();
    profile.kept_symbols.push_back({0, symbols_of(library.path)});
    require_lines(symbolized(profile, {}));
    CHECK_FALSE(looked_up(profile).symbols.modules[0].kept);
}

TEST_CASE("symbols of another library, or what is none, are not used") {
    const LibraryCopy library;
    const std::string kept = GENERATE(as<std::string>(), "", "text", "other", "cut");
    const std::string whole = symbols_of(kept == "other" ? shapes_upgraded() : library.path);
    const capture::Profile profile = gone(library, kept == "other" ? whole
                                                   : kept == "cut" ? whole.substr(0, 100)
                                                                   : kept);
    require_nothing(symbolized(profile, {}));
    CHECK_FALSE(looked_up(profile).symbols.modules[0].kept);
}

TEST_CASE("what is larger than the limit is not kept, nor what is no library") {
    const LibraryCopy library;
    const std::size_t size = symbols_of(library.path).size();
    CHECK(symbols_of(library.path, size).size() == size);
    CHECK(symbols_of(library.path, size - 1).empty());
    CHECK(symbols_of(shapes_source()).empty());
    CHECK(symbols_of("/dev/null").empty());
    CHECK(!elf::symbols_only(-1, kLimit).has_value());
}

TEST_CASE("a library that ends in empty sections does not exceed the limit either") {
    struct File {
        Elf64_Ehdr header{};
        std::array<Elf64_Shdr, 5> sections{};
        std::array<char, 100> data{};
    };
    File file;
    file.header = {{0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                   ET_DYN,
                   EM_X86_64,
                   EV_CURRENT,
                   0,
                   0,
                   offsetof(File, sections),
                   0,
                   sizeof(Elf64_Ehdr),
                   sizeof(Elf64_Phdr),
                   0,
                   sizeof(Elf64_Shdr),
                   5,
                   4};
    file.sections[1] = {0, SHT_SYMTAB, 0, 0, offsetof(File, data), 97, 2, 0, 0, sizeof(Elf64_Sym)};
    file.sections[2].sh_type = SHT_STRTAB;
    file.sections[3].sh_type = SHT_NOTE;
    file.sections[4].sh_type = SHT_STRTAB;
    const base::UniqueFd fd(::memfd_create("library", MFD_CLOEXEC));
    REQUIRE(::write(fd.get(), &file, sizeof file) == static_cast<ssize_t>(sizeof file));
    std::size_t kept = 0;
    for (std::size_t limit = 0; limit < 2 * sizeof file; ++limit) {
        const auto symbols = elf::symbols_only(fd.get(), limit);
        kept += symbols.has_value() ? 1 : 0;
        if (symbols && symbols->size() > limit) { FAIL_CHECK(symbols->size() << " with a limit of " << limit); }
    }
    CHECK(kept > 0);
}
