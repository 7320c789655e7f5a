// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/thread_name.h"

#include "payload/stack/attributes.h"
#include "payload/stack/memory.h"
#include "payload/stack/python_text.h"
#include "payload/syscalls.h"
#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

using wire::PythonLayout;

constexpr std::uint32_t kNever = 0xffffffff;
constexpr std::uint32_t kFirstLooks = 64;     // at so many events one after the other
constexpr std::uint32_t kEventsBetween = 64;  // later
constexpr std::uint32_t kLongestName = 4096;  // bytes, as they lie in memory
constexpr char kFunction[] = "_bootstrap";
constexpr char kAttribute[] = "_name";

// In a free-threaded build: whether it is attached. The current thread state is set as long as a thread has the GIL: it
// is cleared before the GIL is dropped, and set after it was taken (Python/ceval_gil.c, pystate.c). Up to 3.11 it is
// one for all threads, later each has its own.
bool has_gil(const wire::PythonAddresses& addresses) noexcept {
    using Get = void* (*)();
    if (addresses.get_current_thread_state == 0 || addresses.get_this_thread_state == 0) { return false; }
    const void* current = reinterpret_cast<Get>(addresses.get_current_thread_state)();
    return current != nullptr && current == reinterpret_cast<Get>(addresses.get_this_thread_state)();
}

// Address of the outermost frame that counts; 0 if it is not among the links. Only shims are outside of it.
std::uint64_t outermost_frame(const PythonRoom& room) noexcept {
    for (std::uint32_t i = 0; i < room.linked && room.counts()[i] <= 1; ++i) {
        if (room.counts()[i] == 1) { return room.links()[i].frame; }
    }
    return 0;
}

// The string that is the thread's name; 0 if it is not known.
std::uint64_t own_name(const PythonLayout& layout, const PythonRoom& room) noexcept {
    const std::uint64_t frame = outermost_frame(room);
    if (frame == 0) { return 0; }
    const std::uint64_t code = room.sent()[0].code;
    const auto function = load<std::uint64_t>(code, layout.code_name);
    if (!is_text(layout, function, kFunction, sizeof kFunction - 1)) { return 0; }
    if (load<std::int32_t>(code, layout.code_arguments) < 1) { return 0; }
    const auto thread = load<std::uint64_t>(frame, layout.frame_locals);
    if (thread == 0) { return 0; }
    const auto string_type = load<std::uint64_t>(function, layout.object_type);
    const std::uint64_t name = own_attribute(layout, thread, {kAttribute, sizeof kAttribute - 1, string_type});
    return name != 0 && load<std::uint64_t>(name, layout.object_type) == string_type ? name : 0;
}

// At most so long. Where another thread may have changed the name, its length may be that of something else.
PythonText readable(const PythonLayout& layout, PythonText text) noexcept {
    if (text.size > kLongestName) { text.size = kLongestName; }
    if (layout.attributes != wire::AttributeModel::kSharedValues || text.size == 0) { return text; }
    const auto last = reinterpret_cast<std::uint64_t>(text.data) + text.size - 1;
    return is_readable(last & ~std::uint64_t{7}) ? text : PythonText();
}

// FNV-1a. Not 0.
std::uint64_t number_of(const PythonText& text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ text.width;
    for (std::uint32_t i = 0; i < text.size; ++i) { hash = (hash ^ text.data[i]) * 0x100000001b3ULL; }
    return hash | 1U;
}

bool send_name(wire::Slot& slot, const PythonText& name) noexcept {
    wire::RingWriter writer = writer_of(slot);
    if (!send_text(writer, name) || !writer.reserve(1, wait_for_room)) { return false; }
    writer.put(wire::header_word(wire::RecordKind::kThreadName, wire::Allocator::kNone, name.width));
    writer.commit();
    return true;
}

}  // namespace

bool look_at_name(const Session& session, wire::Slot& slot, const PythonRoom& room, NameWatch& watch) noexcept {
    const PythonLayout& layout = session.info->layout;
    watch.countdown = layout.attributes == wire::AttributeModel::kNone ? kNever : 1;
    if (watch.countdown == kNever || room.depth == 0 || !has_gil(session.info->addresses)) { return true; }
    if (watch.looks < kFirstLooks) {
        ++watch.looks;
    } else {
        watch.countdown = kEventsBetween;
    }
    const PythonText name = readable(layout, text_of(layout, own_name(layout, room)));
    if (name.size == 0) { return true; }
    const std::uint64_t number = number_of(name);
    if (number == watch.sent) { return true; }
    watch.sent = number;
    return send_name(slot, name);
}

}  // namespace memray::payload
