// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/native_walk.h"

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "walked_module.h"

using namespace memray;
using namespace memray::tests;

namespace {

// A thread's stack, and the walks along it.
struct Thread {
    alignas(wire::kPageSize) std::array<std::uint64_t, 512> stack{};
    Directory directory;
    Walker walker{16};
    payload::WalkResult result{};

    [[nodiscard]] std::uint64_t at(std::size_t word) const { return reinterpret_cast<std::uint64_t>(&stack[word]); }
    std::vector<std::uint64_t> walk(std::uint64_t place, std::uint64_t base = 0) { return walk(walker, place, base); }
    std::vector<std::uint64_t> walk(Walker& by, std::uint64_t place, std::uint64_t base = 0) {
        const auto words = by.walk(directory.modules(), {kImage + place, at(0), base});
        result = by.result;
        return words;
    }
};

std::uint64_t returned(std::uint64_t place, std::uint32_t module = 1) {
    return wire::native_word(module, kImage + place);
}

using Words = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a frame ends above the stack pointer, or above rbp, which its caller gets back") {
    auto thread = std::make_unique<Thread>();
    thread->stack[1] = kImage + kByRbp + 1;  // by rsp: CFA is word 2
    thread->stack[5] = thread->at(8);        // by rbp: what rbp was
    thread->stack[6] = kImage + kByRbp + 2;  // CFA is word 7
    thread->stack[9] = kImage + kOutermost + 1;
    CHECK(thread->walk(kByRsp + 1, thread->at(5)) ==
          Words{returned(kByRsp + 1), returned(kByRbp + 1), returned(kByRbp + 2), returned(kOutermost + 1)});
    CHECK(thread->result.whole);
    CHECK_FALSE(thread->result.met_unknown);
}

TEST_CASE("a return address belongs to the call before it, an interrupted one to itself") {
    auto thread = std::make_unique<Thread>();
    thread->stack[1] = 0;                    // of kSignal: rbp
    thread->stack[2] = thread->at(20);       // its rsp
    thread->stack[3] = kImage + kOutermost;  // where it was
    CHECK(thread->walk(kSignal + 1) == Words{returned(kSignal + 1), returned(kOutermost) | wire::kInterruptedBit});
    CHECK(thread->result.whole);
    // The row before the address's own, that is kSignal's again.
    CHECK(thread->walk(kOutermost) == Words{returned(kOutermost), returned(kOutermost) | wire::kInterruptedBit});
    CHECK(thread->result.whole);
}

TEST_CASE("a signal handler may run on a stack above the interrupted one, a function may not") {
    auto thread = std::make_unique<Thread>();
    thread->stack[7] = kImage + kSignal + 1;
    thread->stack[9] = thread->at(100);
    thread->stack[10] = thread->at(2);
    thread->stack[11] = kImage + kByRsp + 1;
    thread->stack[3] = kImage + kOutermost + 1;
    CHECK(thread->walk(kByRbp + 1, thread->at(6)).size() == 4);
    CHECK(thread->result.whole);

    thread->stack[3] = thread->at(0);  // the CFA of kLoaded, + 8: not above rsp
    CHECK(thread->walk(kLoaded + 1, thread->at(4)) == Words{returned(kLoaded + 1)});
    thread->stack[0] = kImage + kOutermost + 1;
    thread->stack[3] = thread->at(1);
    thread->stack[1] = kImage + kOutermost + 1;
    CHECK(thread->walk(kLoaded + 1, thread->at(4)) == Words{returned(kLoaded + 1), returned(kOutermost + 1)});
}

TEST_CASE("a PLT entry has pushed its number from a certain instruction on") {
    auto thread = std::make_unique<Thread>();
    thread->stack[0] = kImage + kOutermost + 1;
    thread->stack[1] = kImage + kOutermost + 2;
    CHECK(thread->walk(kPlt + 10).back() == returned(kOutermost + 1));
    CHECK(thread->walk(kPlt + 11).back() == returned(kOutermost + 2));
}

TEST_CASE("where rbp is lost, a frame that needs it cannot be left") {
    auto thread = std::make_unique<Thread>();
    thread->stack[0] = kImage + kByRsp + 1;
    thread->stack[2] = kImage + kByRbp + 1;
    CHECK(thread->walk(kBaseLost + 1, thread->at(5)) ==
          Words{returned(kBaseLost + 1), returned(kByRsp + 1), returned(kByRbp + 1)});
    CHECK_FALSE(thread->result.whole);
    CHECK_FALSE(thread->result.met_unknown);
}

TEST_CASE("a stack ends at code of no module, which is told, and is asked about again") {
    auto thread = std::make_unique<Thread>();
    thread->stack[1] = kImage + kImageSize + kOutermost + 1;
    const Words unknown{returned(kByRsp + 1), wire::native_word(0, kImage + kImageSize + kOutermost + 1)};
    CHECK(thread->walk(kByRsp + 1) == unknown);
    CHECK(thread->result.met_unknown);
    CHECK_FALSE(thread->result.whole);
    thread->directory.add(kImage + kImageSize, thread->directory.entry(1).table_size);
    CHECK(thread->walk(kByRsp + 1) == Words{returned(kByRsp + 1), returned(kImageSize + kOutermost + 1, 2)});
    CHECK_FALSE(thread->result.met_unknown);
    CHECK(thread->result.whole);
}

TEST_CASE("what was known of a module is forgotten when the directory has another version") {
    auto thread = std::make_unique<Thread>();
    thread->directory.directory().version = 1;  // of the first modules
    CHECK(thread->walk(kOutermost + 1) == Words{returned(kOutermost + 1)});
    const std::uint32_t table_size = thread->directory.entry(1).table_size;
    thread->directory.entry(1).end = 0;
    thread->directory.add(kImage, table_size);
    CHECK(thread->walk(kOutermost + 1) == Words{returned(kOutermost + 1)});
    thread->directory.directory().version = 2;
    CHECK(thread->walk(kOutermost + 1) == Words{returned(kOutermost + 1, 2)});
}

TEST_CASE("a table beyond the directory's end leaves its module without rules") {
    auto thread = std::make_unique<Thread>();
    thread->directory.entry(1).table = thread->directory.size() - 8;
    CHECK(thread->walk(kOutermost + 1) == Words{returned(kOutermost + 1)});
    CHECK_FALSE(thread->result.whole);
    CHECK_FALSE(thread->result.met_unknown);
}

TEST_CASE("a stack that is too deep, or ends at address 0, ends") {
    auto thread = std::make_unique<Thread>();
    for (std::size_t i = 1; i < 100; i += 2) { thread->stack[i] = kImage + kByRsp + i; }
    Walker shallow(5);
    CHECK(thread->walk(shallow, kByRsp + 1) == Words{returned(kByRsp + 1), returned(kByRsp + 1), returned(kByRsp + 3),
                                                     returned(kByRsp + 5), returned(kByRsp + 7)});
    CHECK_FALSE(thread->result.whole);
    thread->stack[5] = 0;
    CHECK(thread->walk(kByRsp + 1).size() == 3);
    CHECK(thread->result.whole);
    thread->stack[5] = wire::kMaxNativeAddress + 1;
    CHECK(thread->walk(kByRsp + 1).size() == 3);
    CHECK_FALSE(thread->result.whole);
    CHECK(thread->walk(kStop + 1) == Words{returned(kStop + 1)});
    CHECK_FALSE(thread->result.whole);
}
