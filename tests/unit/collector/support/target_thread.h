// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Plays one thread of a target: claims a slot of the region and writes records as the payload would. A full ring makes
// it wait for the reader.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <thread>

#include "payload/wire/ring_writer.h"
#include "support/shared_region.h"

namespace memray::tests {

class TargetThread {
public:
    using Kind = wire::RecordKind;
    using Allocator = wire::Allocator;

    // Claims slot `index`, which must be free.
    TargetThread(const SharedRegion& region, std::uint32_t index, std::uint32_t tid)
        : control_(region.control()), slot_(region.slot(index)), writer_(slot_, region.shape().ring_words) {
        slot_.thread = control_.next_thread.fetch_add(1) + 1;
        slot_.tid = tid;
        slot_.state.store(wire::SlotState::kClaimed);
        std::uint32_t used = control_.slots_high_water.load();
        while (used <= index && !control_.slots_high_water.compare_exchange_weak(used, index + 1)) {}
    }
    TargetThread(const SharedRegion& region, std::uint32_t index)
        : TargetThread(region, index, static_cast<std::uint32_t>(::syscall(SYS_gettid))) {}

    std::uint64_t take_number() { return control_.next_sequence.fetch_add(1); }

    void event(Kind kind, Allocator allocator, std::uint64_t value, std::uint64_t address) {
        reserve(3);
        numbered(kind, allocator, value, address, take_number());
    }
    void numbered(Kind kind, Allocator allocator, std::uint64_t value, std::uint64_t address, std::uint64_t number) {
        words({wire::header_word(kind, allocator, value), address, number});
    }
    void allocate(std::uint64_t address, std::uint64_t size, Allocator allocator = Allocator::kMalloc) {
        event(Kind::kAllocation, allocator, size, address);
    }
    void change(Kind kind, std::uint64_t value, std::uint64_t first, std::uint64_t second) {
        reserve(3);
        words({wire::header_word(kind, Allocator::kNone, value), first, second});
    }
    void free(std::uint64_t address) { event(Kind::kDeallocation, Allocator::kFree, 0, address); }
    void unmap(std::uint64_t address, std::uint64_t size) {
        event(Kind::kDeallocation, Allocator::kMunmap, size, address);
    }
    void undo(std::uint64_t address) { event(Kind::kUndoDeallocation, Allocator::kFree, 0, address); }
    void death(std::uint32_t code) { event(Kind::kCodeDeath, Allocator::kNone, code, 0); }
    void finish() { event(Kind::kFinish, Allocator::kNone, 0, 0); }
    void restart() { event(Kind::kRestart, Allocator::kNone, 0, 0); }

    void frames(std::uint32_t pops, std::initializer_list<std::uint64_t> pushes) {
        reserve(1 + pushes.size());
        writer_.put(wire::header_word(Kind::kFrames, Allocator::kNone,
                                      wire::frames_value(pops, static_cast<std::uint32_t>(pushes.size()))));
        for (const std::uint64_t frame : pushes) { writer_.put(frame); }
        writer_.commit();
    }
    void blob(const std::string& text) {
        for (std::size_t at = 0; at < text.size(); at += wire::kMaxBytes) {
            const std::string part = text.substr(at, wire::kMaxBytes);
            reserve(1 + (part.size() + 7) / 8);
            writer_.put(wire::header_word(Kind::kBytes, Allocator::kNone, part.size()));
            for (std::size_t i = 0; i < part.size(); i += 8) {
                std::uint64_t word = 0;
                part.copy(reinterpret_cast<char*>(&word), 8, i);
                writer_.put(word);
            }
            writer_.commit();
        }
    }
    void code(std::uint32_t id, const std::string& file, const std::string& name, std::uint32_t first_line,
              const std::string& table = {}) {
        blob(file + name + table);
        words({wire::header_word(Kind::kCode, Allocator::kNone, id), first_line | file.size() << 32U,
               name.size() | table.size() << 32U, 1U | 1U << 8U});
    }
    // `width`: of the characters, 0: as the kernel has them.
    void thread_name(const std::string& name, std::uint64_t width = 0) {
        blob(name);
        words({wire::header_word(Kind::kThreadName, Allocator::kNone, width)});
    }

    void words(std::initializer_list<std::uint64_t> all) {
        reserve(all.size());
        for (const std::uint64_t word : all) { writer_.put(word); }
        writer_.commit();
    }
    void reserve(std::size_t count) {
        static_cast<void>(writer_.reserve(count, [](wire::Slot&) {
            std::this_thread::yield();
            return true;
        }));
    }
    wire::Slot& slot() { return slot_; }

private:
    wire::ControlPage& control_;
    wire::Slot& slot_;
    wire::RingWriter writer_;
};

}  // namespace memray::tests
