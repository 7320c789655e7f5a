// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/python_text.h"

#include "payload/stack/memory.h"
#include "payload/thread.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

bool send_chunk(wire::RingWriter& writer, const unsigned char* data, std::uint32_t size) noexcept {
    const std::uint32_t words = (size + 7) / 8;
    if (!writer.reserve(1 + words, wait_for_room)) { return false; }
    writer.put(wire::header_word(wire::RecordKind::kBytes, wire::Allocator::kNone, size));
    for (std::uint32_t i = 0; i < words; ++i) {
        std::uint64_t word = 0;
        for (std::uint32_t byte = 0; byte < 8 && i * 8 + byte < size; ++byte) {
            word |= static_cast<std::uint64_t>(data[i * 8 + byte]) << (8U * byte);
        }
        writer.put(word);
    }
    writer.commit();
    return true;
}

}  // namespace

PythonText text_of(const wire::PythonLayout& layout, std::uint64_t string) noexcept {
    constexpr std::int64_t kLongest = 1 << 20;
    if (string == 0) { return {}; }
    const auto state = load<std::uint32_t>(string, layout.unicode_state);
    const auto length = load<std::int64_t>(string, layout.unicode_length);
    const std::uint32_t width = (state & layout.unicode_kind_mask) >> layout.unicode_kind_shift;
    if ((state & layout.unicode_compact_bit) == 0 || length < 0 || length > kLongest) { return {}; }
    if (width != 1 && width != 2 && width != 4) { return {}; }
    const bool ascii = (state & layout.unicode_ascii_bit) != 0;
    const std::uint64_t data = string + (ascii ? layout.unicode_ascii_data : layout.unicode_compact_data);
    return {reinterpret_cast<const unsigned char*>(data), static_cast<std::uint32_t>(length) * width,
            static_cast<std::uint8_t>(width)};
}

bool send_text(wire::RingWriter& writer, const PythonText& text) noexcept {
    constexpr auto kChunk = static_cast<std::uint32_t>(wire::kMaxBytes);
    for (std::uint32_t sent = 0; sent < text.size; sent += kChunk) {
        const std::uint32_t rest = text.size - sent;
        if (!send_chunk(writer, text.data + sent, rest < kChunk ? rest : kChunk)) { return false; }
    }
    return true;
}

}  // namespace memray::payload
