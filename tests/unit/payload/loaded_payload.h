// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The built payload loaded into the test's own process, as a target would see it, and what it records.
#pragma once

#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <ostream>
#include <vector>

#include "payload/wire/ring_reader.h"
#include "tests/support/region.h"

namespace memray::tests {

using wire::Allocator;
using wire::RecordKind;

struct Event {
    RecordKind kind;
    Allocator allocator;
    std::uint64_t size;
    std::uint64_t address;
    bool operator==(const Event&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Event& event) {
    return out << "{kind " << int(event.kind) << " allocator " << int(event.allocator) << " size " << event.size
               << " address " << std::hex << event.address << std::dec << "}";
}

inline int call_payload(const char* function, void* region = nullptr, std::size_t size = 0) {
    static void* handle = ::dlopen(MEMRAY_PAYLOAD_FILE, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(handle != nullptr);
    return reinterpret_cast<int (*)(void*, std::size_t)>(::dlsym(handle, function))(region, size);
}

inline int stop_payload(int force) {
    return call_payload("memray_payload_stop", reinterpret_cast<void*>(static_cast<std::intptr_t>(force)));
}

// Another mapping of the same memory's beginning: the payload maps the rest, and unmaps what it was given.
inline void* second_view(const Region& region) {
    void* view = ::mremap(region.data(), 0, wire::kRegionHeadSize, MREMAP_MAYMOVE);
    REQUIRE(view != MAP_FAILED);
    return view;
}

// Records while in scope. The test framework allocates too: only what happens between mark() and stop() counts.
class Recording {
public:
    explicit Recording(Region& region) : region_(region) {
        REQUIRE(call_payload("memray_payload_start", second_view(region), wire::kRegionHeadSize) == 0);
    }
    ~Recording() { stop(); }
    void stop() {
        if (!stopped_) { stop_payload(1); }
        stopped_ = true;
    }

    // Events of the first slot that concern one of `addresses`.
    std::vector<Event> events_of(const std::vector<std::uint64_t>& addresses) {
        stop();
        wire::RingReader reader(region_.slot(0), region_.shape().ring_words);
        std::vector<Event> events;
        while (reader.has_record()) {
            const std::uint64_t header = reader.word(0);
            const auto address = reader.record_length() == 3 ? reader.word(1) : 0;
            if (address != 0 && std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
                events.push_back({wire::kind_of(header), wire::allocator_of(header), wire::value_of(header), address});
            }
            reader.skip(reader.record_length());
        }
        REQUIRE_FALSE(reader.corrupt());
        return events;
    }

private:
    Region& region_;
    bool stopped_{false};
};

inline std::uint64_t number(const volatile void* address) { return reinterpret_cast<std::uint64_t>(address); }
inline Event allocated(Allocator allocator, std::uint64_t size, const void* address) {
    return {RecordKind::kAllocation, allocator, size, number(address)};
}
inline Event freed(const void* address, Allocator allocator = Allocator::kFree, std::uint64_t size = 0) {
    return {RecordKind::kDeallocation, allocator, size, number(address)};
}
// As records have it.
inline const void* traced(const void* mapping, std::uint32_t traits) {
    return reinterpret_cast<const void*>(wire::mapping_word(number(mapping), traits));
}
inline Event undone(const void* address) {
    return {RecordKind::kUndoDeallocation, Allocator::kNone, 0, number(address)};
}

// Keeps the compiler from leaving an allocation out or moving it.
template <typename Pointer>
Pointer opaque(Pointer pointer) {
    __asm__ volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

inline const RegionShape kRoomy{8, 1U << 16U, 64};

}  // namespace memray::tests
