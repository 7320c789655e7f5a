// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/symbolizer/subject.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "injector/base/unique_fd.h"
#include "symbolizer/build_id.h"
#include "symbolizer/symbolize.h"
#include "tests/unit/capture/scratch_dir.h"

namespace memray::tests {
namespace {

using symbolizer::Name;
using symbolizer::Names;

constexpr const char* kInlined = " inlined at ";

// "file.c:12:3", "file.c:12", "file.c:12 (discriminator 2)", "??:0" or "??:?".
Name named(std::string function, const std::string& place) {
    Name name{std::move(function), "", 0};
    const std::size_t colon = place.find(':');
    name.file = std::filesystem::path(place.substr(0, colon)).lexically_normal();
    name.line = static_cast<std::uint32_t>(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
    if (name.line == 0) { name.file.clear(); }
    return name;
}

}  // namespace

std::string shapes() { return MEMRAY_TARGETS_DIR "/shapes.so"; }
std::string shapes_upgraded() { return MEMRAY_TARGETS_DIR "/shapes_upgraded.so"; }
std::string shapes_source() { return MEMRAY_SHAPES_DIR "/shapes.cpp"; }
std::string plain_source() { return MEMRAY_SHAPES_DIR "/plain.c"; }

std::string run_tool(const std::string& command) {
    INFO(command);
    FILE* pipe = ::popen(command.c_str(), "re");
    REQUIRE(pipe != nullptr);
    std::string output;
    char buffer[65536];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) { output.append(buffer, got); }
    const int status = ::pclose(pipe);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return output;
}

std::vector<std::uint64_t> instructions(const std::string& path, const std::string& kind) {
    std::istringstream lines(run_tool("objdump -d -j .text --no-show-raw-insn " + path));
    std::vector<std::uint64_t> addresses;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(":\t");
        if (colon == std::string::npos || line.find(kind, colon) == std::string::npos) { continue; }
        addresses.push_back(std::stoull(line.substr(0, colon), nullptr, 16));
    }
    return addresses;
}

std::vector<Names> named_by(const std::string& tool, const std::string& path,
                            const std::vector<std::uint64_t>& addresses) {
    const ScratchDir dir;
    std::ofstream input(dir.file("addresses"));
    for (const std::uint64_t address : addresses) { input << std::hex << "0x" << address << '\n'; }
    input.close();
    std::istringstream lines(run_tool(tool + " -a -f -i -C -e " + path + " < " + dir.file("addresses")));
    std::vector<Names> all;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("0x")) {
            all.emplace_back();
            continue;
        }
        std::string place;
        std::getline(lines, place);
        line = line.substr(0, line.find(kInlined));
        if (line != "??") { all.back().insert(all.back().begin(), named(line, place)); }
    }
    return all;
}

capture::Module module_of(const std::string& path) {
    capture::Module module;
    module.path = path;
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    module.build_id = symbolizer::build_id_of(fd.get());
    module.file_size = static_cast<std::uint64_t>(status.st_size);
    module.modified_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
    return module;
}

capture::Profile profile_of(const capture::Module& module, const std::vector<std::uint64_t>& addresses) {
    capture::Profile profile;
    profile.modules.push_back(module);
    for (const std::uint64_t address : addresses) { profile.native_frames.push_back({0, address, true}); }
    return profile;
}

std::vector<Names> names_in(const capture::Symbols& symbols) {
    std::vector<Names> all;
    for (std::uint32_t frame = 0; frame < symbols.chains.size(); ++frame) {
        Names& names = all.emplace_back();
        for (const capture::Symbol& symbol : symbols.of(frame)) {
            names.push_back({symbols.strings[symbol.function], symbols.strings[symbol.file], symbol.line});
        }
    }
    return all;
}

std::vector<Names> symbolized(const capture::Profile& profile, symbolizer::Options options,
                              capture::SymbolSource* source) {
    options.debuginfod = false;
    const symbolizer::Outcome outcome = symbolizer::symbolize(profile, options, {});
    if (source != nullptr) { *source = outcome.symbols.modules.at(0).source; }
    return names_in(outcome.symbols);
}

std::vector<std::string> functions(const Names& names) {
    std::vector<std::string> all;
    for (const Name& name : names) { all.push_back(name.function); }
    return all;
}

std::uint32_t line_with(const std::string& file, const std::string& text) {
    std::ifstream in(file);
    std::uint32_t number = 1;
    for (std::string line; std::getline(in, line); ++number) {
        if (line.find(text) != std::string::npos) { return number; }
    }
    FAIL("no such line: " << text);
    return 0;
}

}  // namespace memray::tests
