// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/hybrid_stacks.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

using Names = std::vector<std::string>;  // of one native frame, the outermost function first; empty: no symbol

// A profile of one site, all of whose Python functions are called like their file.
class Program {
public:
    // From the outermost; "*" marks frames that native code called.
    Program& python(const Names& functions) {
        std::vector<Place> places;
        for (const std::string& function : functions) { places.push_back({without_mark(function), "a.py", 1}); }
        builder_.site(places, {1, 100});
        for (std::size_t i = 0; i < functions.size(); ++i) {
            builder_.profile.stacks[i + 1].entry = functions[i].ends_with('*');
        }
        return *this;
    }

    Program& native(const std::vector<Names>& frames) {
        capture::Profile& profile = builder_.profile;
        profile.modules.push_back({"/lib/libx.so", "", capture::ModuleKind::kFile, 0, 0});
        profile.symbols.strings = {"", "x.c"};
        std::uint32_t parent = capture::kRootStack;
        for (const Names& names : frames) {
            const auto number = static_cast<std::uint32_t>(profile.native_frames.size());
            profile.native_frames.push_back({0, 0x1000U + number, false});
            profile.symbols.chains.push_back(
                {static_cast<std::uint32_t>(profile.symbols.names.size()), static_cast<std::uint32_t>(names.size())});
            for (const std::string& name : names) {
                profile.symbols.strings.push_back(name);
                profile.symbols.names.push_back({static_cast<std::uint32_t>(profile.symbols.strings.size() - 1), 1, 7});
            }
            profile.native_stacks.push_back({parent, number});
            parent = static_cast<std::uint32_t>(profile.native_stacks.size() - 1);
        }
        profile.sites[0].native_stack = parent;
        return *this;
    }

    [[nodiscard]] const capture::Profile& profile() const { return builder_.profile; }

    // "main f malloc_user", from the outermost.
    [[nodiscard]] std::string stack() const {
        const StackView view = make_stack_view(profile());
        std::string text;
        for (std::uint32_t at = view.of_site[0]; at != capture::kRootStack; at = view.stacks[at].parent) {
            text = view.strings[view.frames[view.stacks[at].frame].function] + (text.empty() ? "" : " ") + text;
        }
        return text;
    }

private:
    static std::string without_mark(std::string function) {
        if (function.ends_with('*')) { function.pop_back(); }
        return function;
    }

    ProfileBuilder builder_;
};

constexpr const char* kEval = "_PyEval_EvalFrameDefault";

}  // namespace

TEST_CASE("Python frames take the place of the function that evaluates them") {
    Program program;
    program.python({"module*", "f*"}).native({{"main"}, {kEval}, {"call"}, {kEval}, {"list_append"}});
    CHECK(program.stack() == "main module call f list_append");
}

TEST_CASE("One evaluation takes all frames up to the one that native code called") {
    Program program;
    program.python({"module*", "f", "g", "h*", "i"}).native({{"main"}, {kEval}, {"sort"}, {kEval}, {"malloc_user"}});
    CHECK(program.stack() == "main module f g sort h i malloc_user");
}

TEST_CASE("An evaluation in several clones or with functions inlined is still one") {
    Program program;
    program.python({"module*"}).native({{"main"}, {std::string(kEval) + ".cold", "inlined"}, {"leaf", "inner"}});
    CHECK(program.stack() == "main module inlined leaf inner");
}

TEST_CASE("An instruction of the tail-call interpreter belongs to the evaluation that called it") {
    Program called;
    called.python({"module*", "f*"})
        .native({{"main"}, {kEval}, {"_TAIL_CALL_CALL.llvm.1"}, {"call"}, {kEval}, {"_TAIL_CALL_LIST_APPEND.llvm.2"}});
    CHECK(called.stack() == "main module call f");
    Program jumped_to;
    jumped_to.python({"module*"}).native({{"main"}, {"_TAIL_CALL_CALL.llvm.1"}, {"leaf"}});
    CHECK(jumped_to.stack() == "main module leaf");
}

TEST_CASE("Python frames that native ones have no place for call them") {
    Program cut;
    cut.python({"module*", "f*"}).native({{kEval}, {"leaf"}});
    CHECK(cut.stack() == "module f leaf");
    Program unnamed;
    unnamed.python({"module*"}).native({{}, {}});
    CHECK(unnamed.stack() == "module libx.so+0x1000 libx.so+0x1001");
}

TEST_CASE("Evaluations that Python frames are missing for leave no trace") {
    Program program;
    program.python({"f*"}).native({{"main"}, {kEval}, {"call"}, {kEval}, {"leaf"}});
    CHECK(program.stack() == "main call f leaf");
}

TEST_CASE("Sites without a native stack keep their Python stack") {
    Program program;
    program.python({"module*", "f"}).native({{"main"}, {kEval}});
    capture::Profile profile = program.profile();
    profile.sites[0].native_stack = capture::kRootStack;
    CHECK(make_stack_view(profile).of_site[0] == profile.sites[0].stack);
}

TEST_CASE("Native frames have the place of their symbol, or else their module's file") {
    Program program;
    program.python({"module*"}).native({{"main"}, {}});
    const StackView view = make_stack_view(program.profile());
    const ViewFrame& unnamed = view.frames[view.stacks[view.of_site[0]].frame];
    CHECK(unnamed.kind == FrameKind::kNative);
    CHECK(frame_text(view, unnamed) == "libx.so+0x1001 at /lib/libx.so");
    const ViewFrame& named = view.frames[view.stacks[view.stacks[view.of_site[0]].parent].frame];
    CHECK(frame_text(view, named) == "main at x.c:7");
}
