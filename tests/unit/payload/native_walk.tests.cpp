// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/native_walk.h"

#include <sys/mman.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <vector>

#include "payload/wire/record.h"

using namespace memray;
using payload::NativeBuffers;
using wire::CfaRule;
using wire::SavedAt;
using wire::UnwindRule;

namespace {

constexpr std::uint64_t kImage = 0x10000;
constexpr std::uint64_t kImageSize = 0x10000;

// Where each rule applies, from there on for 256 bytes: bytes from the start of the image.
constexpr std::uint64_t kStop = 0x000;
constexpr std::uint64_t kByRsp = 0x100;
constexpr std::uint64_t kByRbp = 0x200;
constexpr std::uint64_t kPlt = 0x300;
constexpr std::uint64_t kSignal = 0x400;
constexpr std::uint64_t kOutermost = 0x500;
constexpr std::uint64_t kLoaded = 0x600;
constexpr std::uint64_t kBaseLost = 0x700;

std::vector<UnwindRule> rules() {
    std::vector<UnwindRule> all(8);
    all[1] = {CfaRule::kFromRsp, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 16, 0, 0, -8};
    all[2] = {CfaRule::kFromRbp, SavedAt::kFromCfa, SavedAt::kFromCfa, 0, 16, 0, -16, -8};
    all[3] = {CfaRule::kPlt, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 8, 11, 0, -8};
    all[4] = {CfaRule::kLoadFromRsp, SavedAt::kFromRsp, SavedAt::kFromRsp, 1, 16, 0, 8, 24};
    all[5] = {CfaRule::kOutermost, SavedAt::kUnchanged, SavedAt::kFromCfa, 0, 0, 0, 0, -8};
    all[6] = {CfaRule::kLoadFromRbp, SavedAt::kFromRbp, SavedAt::kFromCfa, 0, -8, 8, 0, -8};
    all[7] = {CfaRule::kFromRsp, SavedAt::kLost, SavedAt::kFromCfa, 0, 8, 0, 0, -8};
    return all;
}

// A directory with one module, whose rows begin every 256 bytes.
class Directory {
public:
    Directory() : size_(wire::kTablesOffset + wire::kPageSize) {
        data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        const std::vector<UnwindRule> all = rules();
        const auto count = static_cast<std::uint32_t>(all.size());
        auto* bytes = static_cast<unsigned char*>(data_) + wire::kTablesOffset;
        const wire::UnwindTable header{count, count};
        std::memcpy(bytes, &header, sizeof header);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t begin = i * 0x100;
            const auto number = static_cast<std::uint16_t>(i);
            std::memcpy(bytes + wire::unwind_rows_offset() + i * sizeof begin, &begin, sizeof begin);
            std::memcpy(bytes + wire::unwind_numbers_offset(count) + i * sizeof number, &number, sizeof number);
        }
        std::memcpy(bytes + wire::unwind_rules_offset(count), all.data(), all.size() * sizeof(UnwindRule));
        tables_.open_whole(bytes, wire::kPageSize);
        add(kImage, static_cast<std::uint32_t>(wire::unwind_table_size(count, count)));
    }
    ~Directory() { ::munmap(data_, size_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    void add(std::uint64_t begin, std::uint32_t table_size) {
        const std::uint32_t number = directory().count.load();
        wire::ModuleEntry& added = entry(number + 1);
        added.table = wire::kTablesOffset;
        added.table_size = table_size;
        added.begin = begin;
        added.end = begin + kImageSize;
        directory().count = number + 1;
    }
    [[nodiscard]] wire::ModuleDirectory& directory() const { return *static_cast<wire::ModuleDirectory*>(data_); }
    [[nodiscard]] wire::ModuleEntry& entry(std::uint32_t number) const {
        return wire::module_entries(directory())[number - 1];
    }
    [[nodiscard]] payload::Modules modules() { return {directory(), tables_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::size_t size_;
    void* data_;
    payload::TableViews tables_{};
};

// A thread's stack, and the walks along it.
struct Thread {
    alignas(wire::kPageSize) std::array<std::uint64_t, 512> stack{};
    Directory directory;
    std::unique_ptr<NativeBuffers> buffers = std::make_unique<NativeBuffers>();
    std::array<std::uint64_t, 16> words{};
    payload::WalkResult result{};

    [[nodiscard]] std::uint64_t at(std::size_t word) const { return reinterpret_cast<std::uint64_t>(&stack[word]); }
    std::vector<std::uint64_t> walk(std::uint64_t place, std::uint64_t base = 0, std::uint32_t capacity = 16) {
        const payload::WalkStart start{kImage + place, at(0), base};
        result = payload::walk_native_stack(directory.modules(), start, *buffers, words.data(), capacity);
        return {words.begin(), words.begin() + result.depth};
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
    CHECK(thread->walk(kByRsp + 1, 0, 5) == Words{returned(kByRsp + 1), returned(kByRsp + 1), returned(kByRsp + 3),
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
