// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/threads.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "injector/cpython/python_layout.h"
#include "injector/heap/python/frame_references.h"
#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"

namespace memray::heap {
namespace {

using cpython::PythonVersion;
using wire::FrameModel;
using wire::PythonLayout;

constexpr std::size_t kMostThreads = 100'000;
constexpr std::size_t kMostFrames = 200'000;  // of all threads
constexpr std::uint64_t kMostSlots = 1U << 14U;

// PyThreadState begins with prev, next and interp, in 3.8 to 3.15 (Include/cpython/pystate.h).
constexpr std::uint64_t kNextThread = 8;
constexpr std::uint64_t kInterpreter = 16;

// PyCodeObject (Include/cpython/code.h): names of all slots and their number, 3.11 and later; before, names of local
// variables, of those in cells and of free ones.
constexpr std::uint64_t kSlotNames = 96;
constexpr std::uint64_t kVariableNames = 72;
constexpr std::uint64_t kFreeNames = 80;
constexpr std::uint64_t kCellNames = 88;
std::uint64_t slot_count_at(unsigned minor) { return minor == 11 ? 76 : 72; }
constexpr std::uint64_t kStackSizeBeforeSlotCount = 8;

PythonLayout frame_layout(const Memory& memory, const Runtime& runtime) {
    const PythonVersion version{runtime.hex_version};
    if (!version.at_least(3, 13)) { return cpython::layout_from_table(version).layout; }
    return cpython::layout_from_debug_offsets(
               version, [&](std::size_t offset) { return memory.get<std::uint64_t>(runtime.runtime + offset); })
        .layout;
}

class FrameReader {
public:
    FrameReader(const Memory& memory, const Runtime& runtime)
        : memory_(memory), runtime_(runtime), layout_(frame_layout(memory, runtime)) {}

    [[nodiscard]] PythonThread read(RemoteAddr state) {
        PythonThread thread{state, {}};
        RemoteAddr frame = innermost(state);
        while (!frame.is_null() && frames_ < kMostFrames) {
            ++frames_;
            if (auto found = read_frame(frame)) { thread.frames.push_back(std::move(*found)); }
            const RemoteAddr previous(memory_.word(frame + layout_.frame_previous));
            if (previous == frame) { break; }
            frame = previous;
        }
        return thread;
    }

    // Nothing for those that are no Python function's.
    [[nodiscard]] std::optional<PythonFrame> read_frame(RemoteAddr frame) const {
        if (layout_.model != FrameModel::kFrameObject) {
            const auto owner = memory_.get<std::uint8_t>(frame + layout_.frame_owner);
            if (!owner || *owner >= layout_.shim_owner) { return std::nullopt; }
        }
        PythonFrame found;
        found.frame = frame;
        found.code = RemoteAddr(memory_.word(frame + layout_.frame_code) & layout_.executable_mask);
        if (memory_.view(found.code, 128) == nullptr) { return std::nullopt; }
        found.function = text(found.code + layout_.code_name);
        found.file = text(found.code + layout_.code_filename);
        found.first_line = memory_.get<std::uint32_t>(found.code + layout_.code_first_line).value_or(0);
        found.end = end_of(found);
        return found;
    }

private:
    [[nodiscard]] RemoteAddr innermost(RemoteAddr state) const {
        if (layout_.model == FrameModel::kNone) { return {}; }
        const RemoteAddr first(memory_.word(state + layout_.tstate_frame));
        if (layout_.model != FrameModel::kCFrame || first.is_null()) { return first; }
        return RemoteAddr(memory_.word(first + layout_.cframe_current));
    }

    [[nodiscard]] std::string text(RemoteAddr at) const {
        return string_text(memory_, *runtime_.layout, RemoteAddr(memory_.word(at)), kLongestName);
    }

    // Of a frame object its own size says it.
    [[nodiscard]] RemoteAddr end_of(const PythonFrame& frame) const {
        if (layout_.model == FrameModel::kFrameObject) {
            const RemoteAddr type(memory_.word(frame.frame + kObType));
            const std::uint64_t items = std::min(memory_.word(frame.frame + kObSize), kMostSlots);
            return frame.frame + std::min<std::uint64_t>(memory_.word(type + kTypeBasicSize), 4096) + items * kPointer;
        }
        const std::uint64_t count_at = slot_count_at(runtime_.layout->minor);
        const auto slots = memory_.get<std::uint32_t>(frame.code + count_at).value_or(0);
        const auto stack = memory_.get<std::uint32_t>(frame.code + count_at - kStackSizeBeforeSlotCount).value_or(0);
        const std::uint64_t count = std::min(std::uint64_t{slots} + stack, kMostSlots);
        return frame.frame + runtime_.layout->frame_locals + count * kPointer;
    }

    const Memory& memory_;
    const Runtime& runtime_;
    PythonLayout layout_;
    std::size_t frames_{0};  // of all threads that were read
};

// The first of an interpreter's threads is what has no thread before it and is of this interpreter.
RemoteAddr first_thread(const Memory& memory, const Runtime& runtime, RemoteAddr interpreter) {
    for (std::uint64_t at = 0; at < runtime.layout->interpreter_size; at += kPointer) {
        const RemoteAddr state(memory.word(interpreter + at));
        if (state.value() % kPointer != 0 || memory.view(state, kInterpreter + kPointer) == nullptr) { continue; }
        if (memory.word(state + kInterpreter) == interpreter.value() && memory.word(state) == 0) { return state; }
    }
    return {};
}

void add_names(const Memory& memory, const HeapLayout& layout, RemoteAddr tuple, std::vector<std::string>& names) {
    const std::uint64_t count = std::min(memory.word(tuple + kObSize), kMostSlots);
    for (std::uint64_t index = 0; index < count; ++index) {
        const RemoteAddr name(memory.word(tuple + layout.tuple_items + index * kPointer));
        names.push_back(string_text(memory, layout, name, kLongestName));
    }
}

std::vector<std::string> slot_names(const Memory& memory, const HeapLayout& layout, RemoteAddr code) {
    std::vector<std::string> names;
    const auto add = [&](std::uint64_t at) { add_names(memory, layout, RemoteAddr(memory.word(code + at)), names); };
    if (layout.at_least(11)) {
        add(kSlotNames);
    } else {
        add(kVariableNames);
        add(kCellNames);
        add(kFreeNames);
    }
    return names;
}

}  // namespace

std::vector<PythonThread> find_threads(const Memory& memory, const Runtime& runtime) {
    std::vector<PythonThread> threads;
    FrameReader reader(memory, runtime);
    std::unordered_set<std::uint64_t> seen;
    for (const RemoteAddr interpreter : runtime.interpreters) {
        RemoteAddr state = first_thread(memory, runtime, interpreter);
        while (!state.is_null() && threads.size() < kMostThreads && seen.insert(state.value()).second &&
               memory.word(state + kInterpreter) == interpreter.value()) {
            threads.push_back(reader.read(state));
            state = RemoteAddr(memory.word(state + kNextThread));
        }
    }
    return threads;
}

std::optional<PythonFrame> frame_in(const Memory& memory, const Runtime& runtime, RemoteAddr object, Kind kind) {
    constexpr std::uint64_t kFrame = 24;  // PyFrameObject.f_frame, 3.11 and later
    const HeapLayout& layout = *runtime.layout;
    RemoteAddr frame = object;
    if (kind == Kind::kGenerator) {
        if (!layout.at_least(11)) { return std::nullopt; }
        frame = object + layout.generator_frame;
    } else if (layout.at_least(11)) {
        frame = RemoteAddr(memory.word(object + kFrame));
    }
    return FrameReader(memory, runtime).read_frame(frame);
}

void for_each_slot(const Memory& memory, const Runtime& runtime, const PythonFrame& frame, const FrameSlot& slot) {
    const HeapLayout& layout = *runtime.layout;
    const std::vector<std::string> names = slot_names(memory, layout, frame.code);
    std::size_t index = 0;
    for (RemoteAddr at = frame.frame + layout.frame_locals; at < frame.end; at += kPointer, ++index) {
        const RemoteAddr value = layout.reference(memory.word(at));
        if (!value.is_null()) { slot(index < names.size() ? names[index] : "", value); }
    }
}

}  // namespace memray::heap
