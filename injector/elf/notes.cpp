// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/notes.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "injector/elf/segments.h"

namespace memray::elf {
namespace {

constexpr std::uint64_t kMostNotes = 1U << 16U;  // bytes of an image's
constexpr std::size_t kLongestBuildId = 64;

// Takes `size` bytes and what follows them up to a multiple of 4 off the front; the last ones need not be followed.
std::optional<std::string_view> take(std::string_view& bytes, std::uint64_t size) {
    if (size > bytes.size()) { return std::nullopt; }
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(std::min<std::uint64_t>((size + 3) / 4 * 4, bytes.size()));
    return taken;
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4U];
        text += kDigits[static_cast<unsigned char>(byte) & 0xfU];
    }
    return text;
}

std::string read_build_id(const ReadMemory& read, RemoteAddr notes, std::uint64_t size) {
    std::string bytes(std::min(size, kMostNotes), '\0');
    return read(notes, bytes.data(), bytes.size()) ? build_id_among(bytes) : std::string();
}

}  // namespace

void visit_notes(std::string_view bytes, const std::function<bool(const Note&)>& sink) {
    while (bytes.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr header;
        std::memcpy(&header, bytes.data(), sizeof header);
        bytes.remove_prefix(sizeof header);
        auto owner = take(bytes, header.n_namesz);
        const auto content = owner ? take(bytes, header.n_descsz) : std::nullopt;
        if (!content) { return; }
        if (owner->ends_with('\0')) { owner->remove_suffix(1); }
        if (!sink({*owner, header.n_type, *content})) { return; }
    }
}

std::string build_id_among(std::string_view notes) {
    std::string id;
    visit_notes(notes, [&id](const Note& note) {
        const bool is_one = note.owner == "GNU" && note.type == NT_GNU_BUILD_ID;
        if (is_one && note.content.size() <= kLongestBuildId) { id = hexadecimal(note.content); }
        return id.empty();
    });
    return id;
}

std::string build_id_of_image(const ReadMemory& read, RemoteAddr header) {
    const Segments segments = read_segments(read, header);
    std::string id;
    for (const Elf64_Phdr& segment : segments.headers) {
        if (segment.p_type != PT_NOTE || !id.empty()) { continue; }
        id = read_build_id(read, segments.bias + segment.p_vaddr, segment.p_memsz);
    }
    return id;
}

std::string build_id_of_file(const ReadMemory& read) {
    std::string id;
    for (const Elf64_Phdr& segment : read_segments(read, RemoteAddr(0)).headers) {
        if (segment.p_type != PT_NOTE || !id.empty()) { continue; }
        id = read_build_id(read, RemoteAddr(segment.p_offset), segment.p_filesz);
    }
    return id;
}

}  // namespace memray::elf
