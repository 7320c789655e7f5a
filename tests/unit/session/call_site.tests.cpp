// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/call_site.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using memray::base::RemoteAddr;
using memray::safe_point::called_function;

namespace {

// 256 bytes of memory at address 0x1000.
class Code {
public:
    void put(std::uint64_t address, std::vector<unsigned char> bytes) {
        std::memcpy(&bytes_.at(address - kBase), bytes.data(), bytes.size());
    }
    void put_pointer(std::uint64_t address, std::uint64_t value) {
        std::memcpy(&bytes_.at(address - kBase), &value, sizeof value);
    }
    [[nodiscard]] std::optional<RemoteAddr> called(std::uint64_t return_address) const {
        return called_function(
            [this](RemoteAddr at, void* data, std::size_t size) {
                if (at.value() < kBase || at.value() + size > kBase + bytes_.size()) { return false; }
                std::memcpy(data, &bytes_.at(at.value() - kBase), size);
                return true;
            },
            RemoteAddr(return_address));
    }

private:
    static constexpr std::uint64_t kBase = 0x1000;
    std::array<unsigned char, 256> bytes_{};
};

}  // namespace

TEST_CASE("a direct call names its target") {
    Code code;
    code.put(0x1020, {0xe8, 0x5b, 0x00, 0x00, 0x00});
    CHECK(code.called(0x1025) == RemoteAddr(0x1080));
}

TEST_CASE("a call through a word of the global offset table names what the word holds") {
    Code code;
    code.put(0x1020, {0xff, 0x15, 0x5a, 0x00, 0x00, 0x00});
    code.put_pointer(0x1080, 0x7f0011223344);
    CHECK(code.called(0x1026) == RemoteAddr(0x7f0011223344));
}

TEST_CASE("a call to a stub of the linkage table names what the stub jumps to") {
    Code code;
    code.put(0x1020, {0xe8, 0x1b, 0x00, 0x00, 0x00});  // to 0x1040
    const bool marked = GENERATE(false, true);
    if (marked) {
        code.put(0x1040, {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0x35, 0x00, 0x00, 0x00});
    } else {
        code.put(0x1040, {0xff, 0x25, 0x3a, 0x00, 0x00, 0x00});
    }
    code.put_pointer(0x1080, 0x7f0011223344);
    CHECK(code.called(0x1025) == RemoteAddr(0x7f0011223344));
}

TEST_CASE("calls through registers and unreadable code name nothing") {
    Code code;
    code.put(0x1023, {0xff, 0xd0});
    CHECK_FALSE(code.called(0x1025));
    CHECK_FALSE(code.called(0x9000));
}
