// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_frames.h"

#include <dlfcn.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

#include "payload/wire/record.h"
#include "tests/support/native_region.h"

using namespace memray;
using capture::kNoModule;
using wire::kInterruptedBit;
using wire::native_word;

namespace {

// Tables of stacks in the modules of this process.
struct Subject {
    Subject() { modules.update(); }

    // The stack of the profile, of native words from the outermost function.
    std::uint32_t stack(const std::vector<std::uint64_t>& words) {
        std::uint32_t node = capture::kRootStack;
        for (const std::uint64_t word : words) { node = tables.native_stack({node, frames.frame_of(word)}); }
        return node;
    }
    [[nodiscard]] std::uint64_t bias(std::uint32_t number) const { return modules.find(number)->bias; }

    tests::NativeRegion memory;
    collector::MappedRegion region{memory.memory()};
    collector::NativeModules modules{region, ::getpid()};
    capture::Profile profile;
    interning::ProfileTables tables{profile};
    collector::NativeFrames frames{tables, &modules};
};

}  // namespace

TEST_CASE("a native stack has its frames, with addresses as their files have them") {
    Subject subject;
    const std::uint32_t stack = subject.stack(
        {native_word(1, subject.bias(1) + 0x10), native_word(2, (subject.bias(2) + 0x20) | kInterruptedBit)});
    const capture::Profile& profile = subject.profile;
    const capture::NativeStack& inner = profile.native_stacks.at(stack);
    const capture::NativeFrame& frame = profile.native_frames.at(inner.frame);
    CHECK(profile.modules.at(frame.module).path == subject.modules.find(2)->module.path);
    CHECK(frame.address == 0x20);
    CHECK(frame.interrupted);
    const capture::NativeStack& outer = profile.native_stacks.at(inner.parent);
    CHECK(outer.parent == capture::kRootStack);
    const capture::NativeFrame& caller = profile.native_frames.at(outer.frame);
    CHECK(profile.modules.at(caller.module).path == subject.modules.find(1)->module.path);
    CHECK(caller.address == 0x10);
    CHECK_FALSE(caller.interrupted);
}

TEST_CASE("native stacks share their callers, and the same stack is there once") {
    Subject subject;
    const std::uint64_t caller = native_word(1, subject.bias(1) + 0x10);
    const std::uint32_t first = subject.stack({caller, native_word(1, subject.bias(1) + 0x20)});
    const std::uint32_t second = subject.stack({caller, native_word(1, subject.bias(1) + 0x30)});
    CHECK(subject.stack({caller, native_word(1, subject.bias(1) + 0x20)}) == first);
    CHECK(second != first);
    CHECK(subject.profile.native_stacks[first].parent == subject.profile.native_stacks[second].parent);
    CHECK(subject.profile.native_stacks.size() == 4);  // the root, the caller and two
    CHECK(subject.profile.native_frames.size() == 3);
    CHECK(subject.profile.modules.size() == 1);
    CHECK(subject.stack({}) == capture::kRootStack);
}

TEST_CASE("an address of no module stays as it was") {
    Subject subject;
    for (const std::uint32_t number : {0U, 0xffffU}) {
        const std::uint32_t stack = subject.stack({native_word(number, 0x1234)});
        const capture::NativeFrame& frame =
            subject.profile.native_frames.at(subject.profile.native_stacks.at(stack).frame);
        CHECK(frame.module == kNoModule);
        CHECK(frame.address == 0x1234);
    }
    CHECK(subject.profile.modules.empty());
}

TEST_CASE("a library that was loaded twice, wherever, is one module") {
    Subject subject;
    std::vector<std::uint32_t> stacks;
    for (int time = 0; time < 2; ++time) {
        void* library = ::dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
        REQUIRE(library != nullptr);
        subject.region.directory()->wanted.fetch_add(1);
        subject.modules.update();
        const std::uint32_t number = subject.region.directory()->count;
        stacks.push_back(subject.stack({native_word(number, subject.bias(number) + 0x1000)}));
        ::dlclose(library);
        subject.region.directory()->wanted.fetch_add(1);
        subject.modules.update();
    }
    CHECK(stacks[0] == stacks[1]);
    CHECK(subject.profile.modules.size() == 1);
}
