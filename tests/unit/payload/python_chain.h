// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A chain of interpreter frames in memory, as one of the interpreters lays it out, and the stack that Python would show
// of it, kept apart from it.
#pragma once

#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

#include "payload/wire/control.h"
#include "payload/wire/python_layout.h"
#include "payload/wire/record.h"

namespace memray::tests {

enum class Interpreter { k310, k311, k311Entries, k312Entries, k314, k314FreeThreaded, k315 };

inline wire::PythonLayout layout_of(Interpreter interpreter) {
    wire::PythonLayout layout;
    layout.marks_entries = interpreter == Interpreter::k311Entries || interpreter == Interpreter::k312Entries ? 1 : 0;
    if (interpreter == Interpreter::k310) {
        layout.model = wire::FrameModel::kFrameObject;
        layout.instruction_shift = 1;
        layout.frame_previous = 24;
        layout.frame_code = 32;
        layout.frame_instruction = 96;
        return layout;
    }
    const bool is311 = interpreter == Interpreter::k311 || interpreter == Interpreter::k311Entries;
    layout.model =
        is311 || interpreter == Interpreter::k312Entries ? wire::FrameModel::kCFrame : wire::FrameModel::kCurrentFrame;
    layout.shim_owner = 3;
    layout.frame_code = is311 ? 32 : 0;
    layout.frame_previous = is311 ? 48 : 8;
    layout.frame_instruction = 56;
    layout.frame_is_entry = is311 ? 68 : 0;
    layout.frame_owner = is311 ? 69 : 74;
    layout.code_instructions = 208;
    layout.code_first_traceable = 192;
    if (layout.model == wire::FrameModel::kCurrentFrame) { layout.executable_mask = ~3ULL; }
    if (interpreter == Interpreter::k314FreeThreaded) {
        layout.free_threaded = 1;
        layout.frame_tlbc_index = 76;
        layout.code_tlbc = 200;
    }
    if (interpreter == Interpreter::k315) {
        layout.tstate_profiled_frame = 88;
        layout.tstate_profiled_number = 96;
    }
    return layout;
}

// Python's frames lie one after the other, so that a call lands where the last one was. Now and then one lives
// elsewhere (a generator), and shims lie between. Memory of frames that have returned cannot be read if `guarded`.
class PythonChain {
public:
    struct Shown {
        std::uint64_t code;
        std::int32_t place;
        friend bool operator==(const Shown&, const Shown&) = default;
    };

    PythonChain(const wire::PythonLayout& layout, std::uint32_t seed, bool guarded = false)
        : layout_(layout), random_(seed), guarded_(guarded) {
        memory_ = static_cast<unsigned char*>(
            ::mmap(nullptr, kPlaces * bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (memory_ == MAP_FAILED) { std::abort(); }
        for (std::size_t i = 0; i < codes_.size(); ++i) { make_code(i); }
        if (guarded) { ::mprotect(memory_, kPlaces * bytes(), PROT_NONE); }
    }
    ~PythonChain() { ::munmap(memory_, kPlaces * bytes()); }
    PythonChain(const PythonChain&) = delete;
    PythonChain& operator=(const PythonChain&) = delete;

    void call() {
        const bool from_c = random_() % 5 == 0;
        if (from_c && has_shims()) { push(kShim, false); }
        if (random_() % 17 == 0 && has_shims()) { push(kThread, false, kPrologue); }  // of a class's __init__
        push(random_() % 9 == 0 ? kGenerator : kThread, from_c);
    }
    // A generator that has been left before goes on where it was.
    void leave() {
        do { pop(); } while (!frames_.empty() && frames_.back().owner == kShim);
    }
    void move_on() {
        set_instruction(frames_.back(), random_() % 8 == 0 ? some_offset() - kPrologue - 2 : some_offset());
    }
    // Others wait for their callees at an instruction; this happens only if they have returned and been called again.
    void move_one_outside() {
        const std::size_t i = random_() % frames_.size();
        if (frames_[i].owner != kShim) { set_instruction(frames_[i], some_offset()); }
    }

    [[nodiscard]] std::uint64_t newest() const { return frames_.empty() ? 0 : frames_.back().address; }
    [[nodiscard]] std::size_t depth() const { return frames_.size(); }
    // Holds the words for profilers, which are kept as the interpreter keeps them.
    [[nodiscard]] std::uint64_t thread_state() const { return reinterpret_cast<std::uint64_t>(&thread_state_); }
    [[nodiscard]] std::uint64_t profiled_frame() const { return thread_state_.profiled_frame; }
    // As another profiler does.
    void set_profiled_frame(std::uint64_t frame) { thread_state_.profiled_frame = frame; }
    std::mt19937& random() { return random_; }

    // Outermost first.
    [[nodiscard]] std::vector<Shown> shown() const {
        std::vector<Shown> stack;
        bool innermost = true;
        for (std::size_t i = frames_.size(); i > 0; --i) {
            const Frame& frame = frames_[i - 1];
            const bool complete = !has_shims_or_prologues() || frame.owner == kGenerator || frame.offset > kPrologue;
            if (frame.owner == kShim || (!complete && !innermost)) { continue; }
            innermost = false;
            stack.insert(stack.begin(), {frame.code, wire::frame_place(frame.offset, is_entry(i - 1))});
        }
        return stack;
    }

private:
    static constexpr std::size_t kStackPlaces = 512;
    static constexpr std::size_t kGeneratorPlaces = 8;
    static constexpr std::size_t kPlaces = kStackPlaces + kGeneratorPlaces;
    static constexpr std::int32_t kPrologue = 6;  // offset of the last instruction before the first traceable one
    enum Owner : std::uint8_t { kThread = 0, kGenerator = 1, kShim = 3 };

    struct ThreadState {
        std::array<unsigned char, 88> others{};
        std::uint64_t profiled_frame{0};
        std::uint64_t profiled_number{0};
    };
    struct Frame {
        std::size_t place;
        std::uint64_t address;
        std::uint64_t code;
        std::int32_t offset;
        Owner owner;
        bool from_c;
    };

    // After the prologue.
    std::int32_t some_offset() { return kPrologue + 2 + static_cast<std::int32_t>(random_() % 3) * 2; }
    [[nodiscard]] bool has_shims_or_prologues() const { return layout_.model != wire::FrameModel::kFrameObject; }
    [[nodiscard]] bool has_shims() const { return has_shims_or_prologues() && layout_.frame_is_entry == 0; }
    [[nodiscard]] bool is_entry(std::size_t i) const {
        if (layout_.marks_entries == 0) { return false; }
        return layout_.frame_is_entry != 0 ? frames_[i].from_c : i > 0 && frames_[i - 1].owner == kShim;
    }
    // So that frames at one place are the same distance apart as in a data stack, or on a page of their own.
    [[nodiscard]] std::size_t bytes() const { return guarded_ ? wire::kPageSize : 112; }

    template <typename Field>
    static void set(std::uint64_t object, std::uint64_t offset, Field value) {
        std::memcpy(reinterpret_cast<void*>(object + offset), &value, sizeof value);
    }

    void make_code(std::size_t i) {
        const std::uint64_t code = reinterpret_cast<std::uint64_t>(codes_[i].data());
        if (layout_.code_first_traceable != 0) { set(code, layout_.code_first_traceable, kPrologue / 2 + 1); }
        if (layout_.code_tlbc == 0) { return; }
        copies_[i] = {2, code + layout_.code_instructions, reinterpret_cast<std::uint64_t>(copied_[i].data())};
        set(code, layout_.code_tlbc, reinterpret_cast<std::uint64_t>(copies_[i].data()));
    }

    [[nodiscard]] std::optional<std::size_t> idle_generator() {
        const std::size_t place = kStackPlaces + random_() % kGeneratorPlaces;
        for (const Frame& frame : frames_) {
            if (frame.place == place) { return std::nullopt; }  // it is running
        }
        return place;
    }

    void push(Owner owner, bool from_c, std::int32_t offset = -1) {
        std::size_t place = frames_.size();
        if (owner == kGenerator) {
            const auto idle = idle_generator();
            if (idle) { place = *idle; }
            if (!idle) { owner = kThread; }
        }
        const std::uint64_t address = reinterpret_cast<std::uint64_t>(memory_ + place * bytes());
        const std::uint64_t code = reinterpret_cast<std::uint64_t>(codes_[random_() % codes_.size()].data());
        if (guarded_) { ::mprotect(memory_ + place * bytes(), wire::kPageSize, PROT_READ | PROT_WRITE); }
        const bool tagged = layout_.executable_mask != ~0ULL && random_() % 2 == 0;
        set(address, layout_.frame_previous, newest());
        set(address, layout_.frame_code, owner == kShim ? 0 : code | (tagged ? 1U : 0U));
        if (has_shims_or_prologues()) { set(address, layout_.frame_owner, owner); }
        if (layout_.frame_is_entry != 0) { set(address, layout_.frame_is_entry, from_c); }
        if (layout_.code_tlbc != 0) {
            set(address, layout_.frame_tlbc_index, static_cast<std::int32_t>(random_() % 3 == 0 ? 1 : 0));
        }
        frames_.push_back({place, address, code, 0, owner, from_c});
        if (owner == kShim) { return set(address, layout_.frame_instruction, shim_instruction()); }
        set_instruction(frames_.back(), offset >= 0 ? offset : some_offset());
    }
    // Of a shim the interpreter says nothing when it goes.
    void pop() {
        if (guarded_) { ::mprotect(memory_ + frames_.back().place * bytes(), wire::kPageSize, PROT_NONE); }
        const Frame left = frames_.back();
        frames_.pop_back();
        if (left.owner == kShim || thread_state_.profiled_frame != left.address) { return; }
        thread_state_.profiled_frame = newest();
        ++thread_state_.profiled_number;
    }

    [[nodiscard]] std::uint64_t shim_instruction() const { return reinterpret_cast<std::uint64_t>(&shim_code_); }
    void set_instruction(Frame& frame, std::int32_t offset) {
        frame.offset = offset;
        if (!has_shims_or_prologues()) {
            return set(frame.address, layout_.frame_instruction, offset >> layout_.instruction_shift);
        }
        std::uint64_t base = frame.code + layout_.code_instructions;
        if (layout_.code_tlbc != 0) {
            std::int32_t index = 0;
            std::memcpy(&index, reinterpret_cast<void*>(frame.address + layout_.frame_tlbc_index), sizeof index);
            if (index == 1) { base = copied_base(frame.code); }
        }
        set(frame.address, layout_.frame_instruction, base + static_cast<std::uint64_t>(offset));
    }
    [[nodiscard]] std::uint64_t copied_base(std::uint64_t code) const {
        std::size_t i = 0;
        while (reinterpret_cast<std::uint64_t>(codes_[i].data()) != code) { ++i; }
        return reinterpret_cast<std::uint64_t>(copied_[i].data());
    }

    wire::PythonLayout layout_;
    std::mt19937 random_;
    bool guarded_;
    unsigned char* memory_{nullptr};
    std::vector<Frame> frames_;
    ThreadState thread_state_;
    alignas(16) std::array<std::array<unsigned char, 256>, 3> codes_{};
    alignas(16) std::array<std::array<unsigned char, 32>, 3> copied_{};
    std::array<std::array<std::uint64_t, 3>, 3> copies_{};
    std::uint64_t shim_code_{0};
};

}  // namespace memray::tests
