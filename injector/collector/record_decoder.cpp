// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/record_decoder.h"

#include <algorithm>

#include "injector/base/utf8.h"
#include "injector/base/wide_text.h"
#include "injector/collector/code_announcement.h"
#include "injector/collector/mapping_class.h"

namespace memray::collector {
namespace {

// The decoder takes one for the other.
constexpr bool is_same(wire::Allocator wire, capture::Allocator capture) {
    return static_cast<std::uint8_t>(wire) == static_cast<std::uint8_t>(capture);
}
using W = wire::Allocator;
using C = capture::Allocator;
static_assert(wire::kAllocatorCount == static_cast<std::uint8_t>(C::kMunmap) + 1);
static_assert(is_same(W::kNone, C::kNone) && is_same(W::kPymallocFree, C::kPymallocFree) &&
              is_same(W::kPymallocMalloc, C::kPymallocMalloc) && is_same(W::kPymallocCalloc, C::kPymallocCalloc) &&
              is_same(W::kPymallocRealloc, C::kPymallocRealloc) && is_same(W::kFree, C::kFree) &&
              is_same(W::kMalloc, C::kMalloc) && is_same(W::kRealloc, C::kRealloc) && is_same(W::kCalloc, C::kCalloc) &&
              is_same(W::kPosixMemalign, C::kPosixMemalign) && is_same(W::kAlignedAlloc, C::kAlignedAlloc) &&
              is_same(W::kMemalign, C::kMemalign) && is_same(W::kValloc, C::kValloc) &&
              is_same(W::kPvalloc, C::kPvalloc) && is_same(W::kMmap, C::kMmap) && is_same(W::kMunmap, C::kMunmap));

// A target that uses ids of nothing does not make us search its rings for ever.
constexpr std::uint32_t kMostVainLooks = 1000;

}  // namespace

void RecordDecoder::opened(std::uint32_t ring, std::uint32_t thread, std::uint32_t tid) {
    settle();
    if (finished_ && states_[ring].opened) { held_.retire(std::move(states_[ring])); }
    states_[ring] = ThreadState{};
    states_[ring].opened = true;
    states_[ring].thread = static_cast<std::uint32_t>(threads_.size());
    threads_.push_back({thread, tid, {}});
    ring_of_thread_.push_back(ring);
}

void RecordDecoder::advance(std::int64_t ms) {
    if (finished_) { return held_.add_time(ms); }
    settle();
    aggregator_.advance(ms);
}

// Such events are few, and what they are depends on what came before.
void RecordDecoder::mapping(ThreadState& state, std::uint64_t word, std::uint64_t size) {
    settle();
    const std::uint64_t address = wire::mapping_address(word);
    const std::uint32_t traits = wire::mapping_traits(word);
    const MappedFile file = std::exchange(state.file, {});
    if ((traits & wire::kMovedTrait) != 0) { return aggregator_.map_moved(state, address, size); }
    const bool in_memory = file.known && devices_ != nullptr && devices_->contains(file.device);
    const capture::Allocator allocator = (traits & wire::kDuplicateTrait) != 0
                                             ? capture::Allocator::kSharedAgain
                                             : class_of({traits, size, in_memory}, hex_version_);
    if (allocator != capture::Allocator::kSharedMemory || !file.known) {
        return aggregator_.allocation(state, allocator, address, size);
    }
    aggregator_.map_shared(state, address, size, {files_.number(file.device, file.inode), file.offset});
}

void RecordDecoder::after_end(ThreadState& state, std::uint64_t header, std::uint64_t address) {
    switch (wire::kind_of(header)) {
        case wire::RecordKind::kCodeDeath:
            return apply(state, header, address);
        case wire::RecordKind::kRestart:
            if (!held_.overflown()) { restart(); }
            return;
        default:
            return held_.add(state, header, address);
    }
}

void RecordDecoder::restart() {
    finished_ = false;
    const auto find = [this](std::uint32_t thread) -> ThreadState& { return states_[ring_of_thread_[thread]]; };
    held_.replay(find, [this](const HeldEvents::Event& event, ThreadState& state) {
        if (event.header == 0) { return aggregator_.advance(static_cast<std::int64_t>(event.address)); }
        const std::uint32_t python = std::exchange(state.python.node, event.python);
        const std::uint32_t native = std::exchange(state.native.node, event.native);
        apply(state, event.header, event.address);
        settle();  // `state` may be one that goes
        state.python.node = python;
        state.native.node = native;
    });
}

void RecordDecoder::change(std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader) {
    ThreadState& state = states_[ring];
    switch (wire::kind_of(header)) {
        case wire::RecordKind::kFrames:
            frames(ring, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kNativeFrames:
            native_frames(state.native, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kBytes:
            if (!append_bytes(state.blob, wire::value_of(header), reader)) { ++bad_records_; }
            break;
        case wire::RecordKind::kCode:
            code(ring, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kThreadName:
            thread_name(state, wire::value_of(header));
            break;
        case wire::RecordKind::kMappedFile:
            if (finished_) { break; }  // the mappings after it are held, and would take it for theirs
            // Offsets are signed (off_t).
            state.file = {reader.word(2) >> 63U == 0, wire::value_of(header), reader.word(1), reader.word(2)};
            break;
        default:
            break;
    }
}

void RecordDecoder::frames(std::uint32_t ring, std::uint64_t value, const wire::RingReader& reader) {
    StackCursor& stack = states_[ring].python;
    bool good = stack.pop(wire::pops_of(value));
    const std::uint32_t pushes = wire::pushes_of(value);
    for (std::uint32_t i = 0; i < pushes; ++i) {
        const std::uint64_t word = reader.word(1 + i);
        std::uint32_t node = edges_.find(stack.node, word);
        if (node == EdgeCache::kNone) [[unlikely]] { node = enter(ring, stack.node, word); }
        good &= stack.push(node);
    }
    if (!good) { ++bad_records_; }
}

std::uint32_t RecordDecoder::enter(std::uint32_t ring, std::uint32_t parent, std::uint64_t word) {
    const std::uint32_t id = wire::code_of(word);
    std::uint32_t frame = codes_.find(word);
    if (frame == FrameCache::kNone) {
        if (id != 0 && !codes_.knows(ring, id)) { look_ahead(id); }
        frame = codes_.frame_of(ring, word);
    }
    const std::uint32_t node = tables_.stack({parent, frame, wire::is_entry(word)});
    if ((id & wire::kPrivateCode) == 0) { edges_.put(parent, word, node); }
    return node;
}

void RecordDecoder::look_ahead(std::uint32_t id) {
    if ((id & wire::kPrivateCode) != 0 || vain_looks_ == kMostVainLooks) { return; }
    if (const auto code = find_announcement(merge_, states_, id)) {
        codes_.add(0, id, *code);
    } else {
        ++vain_looks_;
    }
}

void RecordDecoder::native_frames(StackCursor& stack, std::uint64_t value, const wire::RingReader& reader) {
    bool good = stack.pop(wire::pops_of(value));
    const std::uint32_t pushes = wire::pushes_of(value);
    for (std::uint32_t i = 0; i < pushes; ++i) {
        const std::uint64_t word = reader.word(1 + i);
        std::uint32_t node = native_edges_.find(stack.node, word);
        if (node == EdgeCache::kNone) [[unlikely]] { node = enter_native(stack.node, word); }
        good &= stack.push(node);
    }
    if (!good) { ++bad_records_; }
}

std::uint32_t RecordDecoder::enter_native(std::uint32_t parent, std::uint64_t word) {
    const std::uint32_t node = tables_.native_stack({parent, native_frames_.frame_of(word)});
    native_edges_.put(parent, word, node);
    return node;
}

void RecordDecoder::code(std::uint32_t ring, std::uint64_t id, const wire::RingReader& reader) {
    ThreadState& state = states_[ring];
    const auto code = id <= 0xffffffffU ? announced_code(state.blob, reader) : std::nullopt;
    state.blob.clear();
    if (code) {
        codes_.add(ring, static_cast<std::uint32_t>(id), *code);
    } else {
        ++bad_records_;
    }
}

void RecordDecoder::thread_name(ThreadState& state, std::uint64_t width) {
    const bool is_utf8 = width == 0 && base::valid_utf8(state.blob);
    const auto known = static_cast<unsigned>(std::clamp<std::uint64_t>(width, 1, 4));
    threads_[state.thread].name = is_utf8 ? state.blob : base::to_utf8(state.blob, known);
    state.blob.clear();
}

}  // namespace memray::collector
