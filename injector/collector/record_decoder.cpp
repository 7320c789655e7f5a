// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/record_decoder.h"

#include <array>
#include <string_view>
#include <utility>

#include "injector/base/utf8.h"
#include "injector/collector/text.h"

namespace memray::collector {
namespace {

constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }

}  // namespace

void RecordDecoder::opened(std::uint32_t ring, std::uint32_t thread, std::uint32_t tid) {
    states_[ring] = ThreadState{};
    states_[ring].opened = true;
    states_[ring].thread = static_cast<std::uint32_t>(threads_.size());
    threads_.push_back({thread, tid, {}});
}

void RecordDecoder::change(std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader) {
    ThreadState& state = states_[ring];
    switch (wire::kind_of(header)) {
        case wire::RecordKind::kFrames:
            frames(state.python, stacks_, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kNativeFrames:
            frames(state.native, native_stacks_, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kBytes:
            bytes(state, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kCode:
            code(state, wire::value_of(header), reader);
            break;
        case wire::RecordKind::kThreadName:
            thread_name(state);
            break;
        default:
            break;
    }
}

void RecordDecoder::frames(StackCursor& stack, StackTree& tree, std::uint64_t value, const wire::RingReader& reader) {
    bool good = stack.pop(wire::pops_of(value));
    const std::uint32_t pushes = wire::pushes_of(value);
    for (std::uint32_t i = 0; i < pushes; ++i) { good &= stack.push(tree, reader.word(1 + i)); }
    if (!good) { ++bad_records_; }
}

void RecordDecoder::bytes(ThreadState& state, std::uint64_t size, const wire::RingReader& reader) {
    if (state.blob.size() + size > ThreadState::kMaxBlob) {
        ++bad_records_;
        return;
    }
    std::array<std::uint64_t, wire::kMaxRecordWords> words{};
    for (std::size_t i = 0; i * 8 < size; ++i) { words[i] = reader.word(1 + i); }
    state.blob.append(reinterpret_cast<const char*>(words.data()), size);
}

void RecordDecoder::code(ThreadState& state, std::uint64_t id, const wire::RingReader& reader) {
    const std::uint64_t file = reader.word(1);
    const std::uint64_t rest = reader.word(2);
    const std::uint64_t widths = reader.word(3);
    const std::uint64_t file_bytes = high(file);
    const std::uint64_t name_bytes = low(rest);
    const std::uint64_t table_bytes = high(rest);
    const std::string_view blob = state.blob;
    if (file_bytes + name_bytes + table_bytes == blob.size() && id <= 0xffffffffU) {
        Code code;
        code.file = to_utf8(blob.substr(0, file_bytes), widths & 0xffU);
        code.name = to_utf8(blob.substr(file_bytes, name_bytes), widths >> 8U & 0xffU);
        code.first_line = low(file);
        code.line_table = blob.substr(file_bytes + name_bytes);
        codes_.add(low(id), std::move(code));
    } else {
        ++bad_records_;
    }
    state.blob.clear();
}

void RecordDecoder::thread_name(ThreadState& state) {
    threads_[state.thread].name = base::valid_utf8(state.blob) ? state.blob : to_utf8(state.blob, 1);
    state.blob.clear();
}

}  // namespace memray::collector
