// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/symbolize.h"

#include <dlfcn.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/symbolizer/subject.h"

using namespace memray;
using namespace memray::tests;
using capture::SymbolSource;
using symbolizer::Names;

namespace {

void require_same(const std::vector<std::uint64_t>& addresses, const std::vector<Names>& ours,
                  const std::vector<Names>& theirs) {
    REQUIRE(ours.size() == addresses.size());
    REQUIRE(theirs.size() == addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        INFO("address " << std::hex << addresses[i]);
        CHECK(ours[i] == theirs[i]);
    }
}

// eu-addr2line leaves out the namespaces of functions that other units cannot see.
void ignore_namespaces(Names& names, const Names& like) {
    for (std::size_t i = 0; i < std::min(names.size(), like.size()); ++i) {
        if (names[i].function.ends_with("::" + like[i].function)) { names[i].function = like[i].function; }
    }
}

// binutils 2.40 loses the file of some lines in link-time optimised code.
void ignore_unknown_file(Names& theirs, Names& ours) {
    if (theirs.empty() || ours.empty() || !theirs.back().file.ends_with("/<artificial>")) { return; }
    theirs.back().file.clear();
    ours.back().file.clear();
}

std::vector<const void*> returns;
void note_return(void*) { returns.push_back(__builtin_return_address(0)); }

}  // namespace

TEST_CASE("every instruction of optimised C and C++ has the functions and lines that eu-addr2line gives it") {
    const std::string library = GENERATE(as<std::string>(), shapes(), shapes_upgraded());
    const auto addresses = instructions(library);
    REQUIRE(addresses.size() > 300);
    SymbolSource source{};
    auto ours = symbolized(profile_of(module_of(library), addresses), {}, &source);
    CHECK(source == SymbolSource::kDebugInformation);
    const auto theirs = named_by("eu-addr2line", library, addresses);
    for (std::size_t i = 0; i < theirs.size(); ++i) { ignore_namespaces(ours[i], theirs[i]); }
    require_same(addresses, ours, theirs);
}

TEST_CASE("the interpreter's calls have the functions and lines that addr2line gives them") {
    const std::string python = "/usr/bin/python3.11";
    auto addresses = instructions(python, "call");
    REQUIRE(addresses.size() > 20'000);
    for (std::size_t i = 0; i < 4000; ++i) { addresses[i] = addresses[i * addresses.size() / 4000]; }
    addresses.resize(4000);
    SymbolSource source{};
    auto ours = symbolized(profile_of(module_of(python), addresses), {}, &source);
    CHECK(source == SymbolSource::kDebugInformation);
    auto theirs = named_by("addr2line", python, addresses);
    for (std::size_t i = 0; i < theirs.size(); ++i) { ignore_unknown_file(theirs[i], ours[i]); }
    require_same(addresses, ours, theirs);
}

TEST_CASE("a return address is named after the call, with every function inlined around it") {
    void* library = ::dlopen(shapes().c_str(), RTLD_NOW);
    REQUIRE(library != nullptr);
    using Sink = void (*)(void*);
    const auto run = reinterpret_cast<void* (*)(std::size_t, Sink)>(::dlsym(library, "shapes_run"));
    const auto plain = reinterpret_cast<std::size_t (*)(std::size_t, Sink)>(::dlsym(library, "plain_run"));
    REQUIRE((run != nullptr && plain != nullptr));
    Dl_info info{};
    REQUIRE(::dladdr(reinterpret_cast<void*>(run), &info) != 0);
    returns.clear();
    run(5, note_return);
    plain(5, note_return);
    REQUIRE(returns.size() == 7);
    capture::Profile profile = profile_of(module_of(shapes()), {});
    for (const void* at : returns) {
        const auto* start = static_cast<const char*>(info.dli_fbase);
        profile.native_frames.push_back({0, static_cast<std::uint64_t>(static_cast<const char*>(at) - start), false});
    }
    const auto names = symbolized(profile);
    const std::string cpp = shapes_source();
    const std::string c = plain_source();
    const std::uint32_t sink = line_with(cpp, "    sink(block);");
    const std::uint32_t middle = line_with(cpp, "middle(count * sizeof(T)");
    CHECK(names[1] == Names{{"shapes_run", cpp, line_with(cpp, "sink(shapes::local(count));")}});
    CHECK(names[2] ==
          Names{{"shapes::Block<double, 3>* shapes::make<shapes::Block<double, 3> >(unsigned long, void (*)(void*))",
                 cpp, middle},
                {"shapes::middle(unsigned long, void (*)(void*))", cpp, sink}});
    CHECK(names[5] == Names{{"int* shapes::make<int>(unsigned long, void (*)(void*))", cpp, middle},
                            {"shapes::middle(unsigned long, void (*)(void*))", cpp, sink}});
    CHECK(names[6] == Names{{"plain_run", c, line_with(c, "block_of(size, sink);")},
                            {"block_of", c, line_with(c, "    sink(block);")}});
    ::dlclose(library);
}
