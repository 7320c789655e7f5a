// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/code_record.h"

#include "payload/events.h"
#include "payload/session.h"
#include "payload/stack/code_ids.h"
#include "payload/stack/memory.h"
#include "payload/stack/python_text.h"
#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

using wire::PythonLayout;

CodeIds code_ids;

using Dealloc = void (*)(void* object);
// Of each variant of the hook that is in use (hooks/variants.h says why there are several).
constexpr std::size_t kVariants = 4;
std::atomic<Dealloc> original_deallocs[kVariants];

// Of a bytes object.
PythonText bytes_of(const PythonLayout& layout, std::uint64_t object) noexcept {
    constexpr std::int64_t kLongest = 1 << 20;
    if (object == 0) { return {}; }
    const auto size = load<std::int64_t>(object, layout.bytes_size);
    if (size < 0 || size > kLongest) { return {}; }
    return {reinterpret_cast<const unsigned char*>(object + layout.bytes_data), static_cast<std::uint32_t>(size), 1};
}

bool send_code(wire::Slot& slot, std::uint64_t code, std::uint32_t id) noexcept {
    const PythonLayout& layout = own_session().info->layout;
    const PythonText file = text_of(layout, load<std::uint64_t>(code, layout.code_filename));
    const PythonText name = text_of(layout, load<std::uint64_t>(code, layout.code_name));
    const PythonText lines = bytes_of(layout, load<std::uint64_t>(code, layout.code_line_table));
    wire::RingWriter writer = writer_of(slot);
    if (!send_text(writer, file) || !send_text(writer, name) || !send_text(writer, lines)) { return false; }
    if (!writer.reserve(4, wait_for_room)) { return false; }
    const auto first_line = static_cast<std::uint32_t>(load<std::int32_t>(code, layout.code_first_line));
    writer.put(wire::header_word(wire::RecordKind::kCode, wire::Allocator::kNone, id));
    writer.put(first_line | (std::uint64_t{file.size} << 32U));
    writer.put(name.size | (std::uint64_t{lines.size} << 32U));
    writer.put(file.width | (std::uint64_t{name.width} << 8U));
    // Published before the id can be found by another thread, so no other ring mentions an id that nobody explained.
    writer.commit();
    return true;
}

// An id that nobody had before, and that all threads may use; 0 if there are no more.
std::uint32_t new_id() noexcept {
    std::atomic<std::uint32_t>& next = own_session().control->next_code;
    if (next.load(std::memory_order_relaxed) >= wire::kPrivateCode) { return 0; }
    const std::uint32_t id = next.fetch_add(1, std::memory_order_relaxed);
    return id < wire::kPrivateCode ? id : 0;
}

// Announces a code object to all threads. 0 if that is not possible.
std::uint32_t share(wire::Slot& slot, std::uint64_t code) noexcept {
    const std::uint32_t place = code_ids.take_place(code);
    if (place == CodeIds::kNoPlace) { return 0; }
    const std::uint32_t id = new_id();
    if (id == 0 || !send_code(slot, code, id)) {
        code_ids.give_back(place);
        return 0;
    }
    code_ids.insert(place, code, id, own_session().generation);
    return id;
}

// In place of PyCode_Type.tp_dealloc. Runs with the GIL, or in a free-threaded build on whichever thread lets go. No
// frame executes the code object any more, so the number of its death is above those of all events in it.
template <std::size_t Variant>
void on_code_death(void* object) noexcept {
    if (is_armed()) {
        const auto code = reinterpret_cast<std::uint64_t>(object);
        const bool had_id = code_ids.erase(
            code, [](std::uint32_t id, std::uint32_t generation) noexcept { record_code_death(id, generation); });
        if (!had_id && code_ids.was_full()) { record_code_death(0, 0); }
    }
    original_deallocs[Variant].load(std::memory_order_relaxed)(object);
}
constexpr Dealloc kDeathHooks[kVariants] = {on_code_death<0>, on_code_death<1>, on_code_death<2>, on_code_death<3>};

std::atomic<Dealloc>* dealloc_word() noexcept {
    const wire::TargetInfo& info = *newest_session()->info;
    if (info.addresses.code_type == 0 || info.layout.type_dealloc == 0) { return nullptr; }
    return reinterpret_cast<std::atomic<Dealloc>*>(info.addresses.code_type + info.layout.type_dealloc);
}

}  // namespace

std::uint32_t code_id(wire::Slot& slot, std::uint64_t code, std::uint32_t depth) noexcept {
    const std::uint32_t generation = own_session().generation;
    if (const std::uint32_t id = code_ids.find(code, generation)) { return id; }
    // Of a recording that is over: the controller has given the memory of its stacks back, which reads as zero.
    if (code == 0) { return 0; }
    const wire::TargetInfo& info = *own_session().info;
    if (load<std::uint64_t>(code, info.layout.object_type) != info.addresses.code_type) {
        own_session().control->losses.bad_frames.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    if (const std::uint32_t id = share(slot, code)) { return id; }
    const std::uint32_t id = wire::kPrivateCode | depth;
    return send_code(slot, code, id) ? id : 0;
}

bool is_current_id(std::uint64_t code, std::uint32_t id) noexcept {
    return id != 0 && code_ids.find(code, own_session().generation) == id;
}

void install_code_death_hook() noexcept {
    std::atomic<Dealloc>* word = dealloc_word();
    if (word == nullptr) { return; }
    Dealloc found = word->load(std::memory_order_relaxed);
    for (const Dealloc hook : kDeathHooks) {
        if (found == hook) { return; }
    }
    for (std::size_t i = 0; i < kVariants; ++i) {
        Dealloc original = original_deallocs[i].load(std::memory_order_relaxed);
        if (original != nullptr && original != found) { continue; }
        original_deallocs[i].store(found, std::memory_order_relaxed);
        word->compare_exchange_strong(found, kDeathHooks[i], std::memory_order_release);
        return;
    }
    newest_session()->control->losses.unpatched.fetch_add(1, std::memory_order_relaxed);
}

void forget_code_ids() noexcept { code_ids.clear(); }
void forget_code_ids_while_recording() noexcept { code_ids.erase_all(); }

void restore_code_death_hook() noexcept {
    std::atomic<Dealloc>* word = dealloc_word();
    for (std::size_t i = 0; word != nullptr && i < kVariants; ++i) {
        Dealloc ours = kDeathHooks[i];
        word->compare_exchange_strong(ours, original_deallocs[i].load(std::memory_order_relaxed));
    }
    // Nobody tells of deaths from now on.
    code_ids.clear();
}

}  // namespace memray::payload
