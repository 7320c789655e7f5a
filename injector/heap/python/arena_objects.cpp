// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/arena_objects.h"

#include <algorithm>

namespace memray::heap {
namespace {

constexpr std::uint64_t kMostArenas = std::uint64_t{1} << 24U;
constexpr std::uint64_t kFewestObjects = 16;  // INITIAL_ARENA_OBJECTS

// In struct _obmalloc_mgmt, within struct _obmalloc_state (Include/internal/pycore_obmalloc.h, 3.12 to 3.15).
constexpr std::uint64_t kArenas = 512;
constexpr std::uint64_t kMaxArenas = 520;

class ArrayCheck {
public:
    ArrayCheck(const Memory& memory, const HeapLayout& layout) : memory_(memory), layout_(layout) {}

    // An arena that is there, or an entry for one that is not.
    [[nodiscard]] bool makes_sense(const ArenaObject& object) const {
        if (object.address == 0) { return object.next == 0 || is_writable(object.next); }
        const std::uint64_t pools = layout_.arena_size / layout_.pool_size;
        return object.address % kPageBytes == 0 && (object.total_pools == pools || object.total_pools + 1 == pools) &&
               object.free_pools <= object.total_pools && object.untouched_pool >= object.address &&
               object.untouched_pool <= object.address + layout_.arena_size && is_writable(object.address);
    }

    // How many entries from `objects` on make sense; 0 if they are too few, or hold no arena. No more than `limit`.
    [[nodiscard]] std::uint64_t count(RemoteAddr objects, std::uint64_t limit) const {
        std::uint64_t count = 0;
        std::uint64_t end_of_used = 0;
        for (; count < limit; ++count) {
            const auto object = memory_.get<ArenaObject>(objects + count * sizeof(ArenaObject));
            if (!object || !makes_sense(*object)) { break; }
            if (object->address != 0) { end_of_used = count + 1; }
            // Zeroes behind an array make sense as well, for ever.
            if (count > 2 * end_of_used + 1024) { break; }
        }
        return end_of_used == 0 || count < kFewestObjects ? 0 : end_of_used;
    }

private:
    [[nodiscard]] bool is_writable(std::uint64_t address) const {
        const Range* range = memory_.range_at(RemoteAddr(address));
        return range != nullptr && range->writable && !range->is_file();
    }

    const Memory& memory_;
    const HeapLayout& layout_;
};

ArenaArray better(const ArenaArray& one, const ArenaArray& other) {
    // A pointer into the middle of the array sees less of it.
    if (one.count != other.count) { return one.count > other.count ? one : other; }
    return one.objects < other.objects ? one : other;
}

ArenaArray scan(const Memory& memory, const Runtime& runtime, const ArrayCheck& check) {
    ArenaArray best;
    for (const StaticRange& range : runtime.data) {
        for (RemoteAddr at = range.begin; at < range.end; at += 8) {
            const RemoteAddr objects(memory.word(at));
            if (objects.value() % 16 != 0 || objects.value() < kPageBytes) { continue; }
            const Range* target = memory.range_at(objects);
            if (target == nullptr || !target->writable || target->is_file()) { continue; }
            best = better(best, {objects, check.count(objects, kMostArenas)});
        }
    }
    return best;
}

ArenaArray at_known_place(const Memory& memory, const Runtime& runtime, RemoteAddr interpreter,
                          const ArrayCheck& check) {
    RemoteAddr state = interpreter + runtime.layout->obmalloc;
    if (runtime.layout->arenas_place == ArenasPlace::kBehind) { state = RemoteAddr(memory.word(state)); }
    const RemoteAddr objects(memory.word(state + kArenas));
    const std::uint64_t count = memory.get<std::uint32_t>(state + kMaxArenas).value_or(0);
    return {objects, check.count(objects, std::min(count, kMostArenas))};
}

}  // namespace

std::vector<ArenaArray> find_arena_arrays(const Memory& memory, const Runtime& runtime) {
    const ArrayCheck check(memory, *runtime.layout);
    std::vector<ArenaArray> found;
    const auto add = [&found](const ArenaArray& array) {
        const auto same = [&array](const ArenaArray& other) { return other.objects == array.objects; };
        if (array.count > 0 && std::none_of(found.begin(), found.end(), same)) { found.push_back(array); }
    };
    if (runtime.layout->arenas_place != ArenasPlace::kStatic) {
        for (const RemoteAddr interpreter : runtime.interpreters) {
            add(at_known_place(memory, runtime, interpreter, check));
        }
    }
    if (found.empty()) { add(scan(memory, runtime, check)); }
    return found;
}

}  // namespace memray::heap
