// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/call_tree.h"

#include <catch2/catch.hpp>
#include <string>

#include "cli/report/page/big_tree.h"
#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

// "name(total bytes,own bytes;children)", children in order of number; folded nodes are "*n".
std::string text_of(const StackView& view, const CallTree& tree, std::uint32_t node = 0, std::size_t selection = 0) {
    const CallNode& at = tree.nodes[node];
    std::string text = node == 0 ? "root" : at.folded != 0 ? "*" + std::to_string(at.folded) : "";
    if (at.frame != kNoFrame) { text = view.strings[view.frames[at.frame].function]; }
    if (at.thread != kAllThreads) { text += "@" + std::to_string(at.thread); }
    text +=
        "(" + std::to_string(tree.total[selection][node].bytes) + "," + std::to_string(tree.own[selection][node].bytes);
    const ChildIndex children(tree);
    for (const std::uint32_t* child = children.begin(node); child != children.end(node); ++child) {
        text += (child == children.begin(node) ? ";" : " ") + text_of(view, tree, *child, selection);
    }
    return text + ")";
}

std::string tree_of(const ProfileBuilder& builder, const CallTreeOptions& options = {}) {
    const StackView view = make_stack_view(builder.profile);
    return text_of(view, build_call_tree(builder.profile, view, {at_peak(builder.profile)}, options));
}

ProfileBuilder two_paths() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 5}}, {2, 200});
    builder.site({{"main", "a.py", 1}, {"g", "a.py", 7}}, {1, 50});
    builder.site({{"main", "a.py", 1}}, {1, 7});
    return builder;
}

}  // namespace

TEST_CASE("Equal frames are one node, whatever code objects they came from") {
    CHECK(tree_of(two_paths()) == "root(257,0;main(257,7;f(200,200) g(50,50)))");
}

TEST_CASE("Another line is another node") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {1, 10});
    builder.site({{"f", "a.py", 2}}, {1, 20});
    CHECK(tree_of(builder) == "root(30,0;f(10,10) f(20,20))");
}

TEST_CASE("Inverted, the allocating functions are below the root") {
    CHECK(tree_of(two_paths(), {true, false}) == "root(257,0;f(200,0;main(200,200)) g(50,0;main(50,50)) main(7,7))");
}

TEST_CASE("Allocations without a stack belong to the root") {
    ProfileBuilder builder;
    builder.site({}, {1, 5});
    CHECK(tree_of(builder) == "root(5,5)");
}

TEST_CASE("Threads have nodes of their own if asked for") {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}}, {1, 10}).thread = 0;
    builder.site({{"main", "a.py", 1}}, {1, 20}).thread = 1;
    CHECK(tree_of(builder) == "root(30,0;main(30,30))");
    CHECK(tree_of(builder, {false, true}) == "root(30,0;main@0(10,10) main@1(20,20))");
}

TEST_CASE("Selections share one tree") {
    ProfileBuilder builder = two_paths();
    builder.profile.sites[1].peak = {};
    builder.profile.sites[0].leaked = {};
    builder.profile.sites[2].peak = builder.profile.sites[2].leaked = {};
    const StackView view = make_stack_view(builder.profile);
    const CallTree tree =
        build_call_tree(builder.profile, view, {at_peak(builder.profile), leaked(builder.profile)}, {});
    CHECK(text_of(view, tree, 0, 0) == "root(200,0;main(200,0;f(200,200) g(0,0)))");
    CHECK(text_of(view, tree, 0, 1) == "root(50,0;main(50,0;f(0,0) g(50,50)))");
}

TEST_CASE("Sites that a filter left out are in no sum") {
    const ProfileBuilder builder = two_paths();
    StackView view = make_stack_view(builder.profile);
    view.of_site[0] = kLeftOut;
    CHECK(text_of(view, build_call_tree(builder.profile, view, {at_peak(builder.profile)}, {})) ==
          "root(57,0;main(57,7;g(50,50)))");
}

TEST_CASE("Folding keeps every sum") {
    ProfileBuilder builder = two_paths();
    builder.site({{"main", "a.py", 1}, {"g", "a.py", 7}, {"h", "a.py", 8}}, {1, 3});
    builder.site({{"main", "a.py", 1}, {"i", "a.py", 9}}, {1, 1});
    const StackView view = make_stack_view(builder.profile);
    const std::vector<Selection> selections{at_peak(builder.profile)};
    const CallTree whole = build_call_tree(builder.profile, view, selections, {});
    const BigTree tree(builder.profile, view, selections, {});
    const auto largest = [&](std::size_t most) { return text_of(view, with_amounts(tree.largest(most), selections)); };
    CHECK(tree.size() == 6);
    CHECK(largest(6) == text_of(view, whole));
    CHECK(largest(4) == "root(261,0;main(261,7;f(200,200) g(53,50;*1(3,3)) *1(1,1)))");
    CHECK(largest(3) == "root(261,0;main(261,7;f(200,200) *3(54,54)))");
    CHECK(whole.of_site == std::vector<std::uint32_t>{2, 3, 1, 4, 5});
    CHECK(tree.largest(3).of_site == std::vector<std::uint32_t>{2, 3, 1, 3, 3});
    CHECK(largest(1) == "root(261,0;main(261,7;*4(254,254)))");
}

TEST_CASE("A stack 100,000 calls deep makes a tree as deep") {
    ProfileBuilder builder;
    capture::Profile& profile = builder.profile;
    builder.site({{"f", "a.py", 1}}, {1, 1});
    for (std::uint32_t i = 1; i < 100'000; ++i) { profile.stacks.push_back({i, 0}); }
    profile.sites[0].stack = 100'000;
    const CallTree tree = build_call_tree(profile, make_stack_view(profile), {at_peak(profile)}, {});
    CHECK(tree.nodes.size() == 100'001);
    CHECK(tree.total[0][1].bytes == 1);
    CHECK(tree.own[0][1].bytes == 0);
}
