// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/mapped_image.h"

#include <dwarf.h>
#include <elf.h>

#include <algorithm>
#include <array>

#include "injector/elf/notes.h"
#include "injector/elf/segments.h"

namespace memray::unwind {
namespace {

constexpr std::uint64_t kMaxSection = 1U << 30U;

// .eh_frame_hdr begins with a pointer to .eh_frame, in the one encoding that linkers use: relative to itself.
RemoteAddr read_eh_frame_pointer(RemoteAddr header, const elf::ReadMemory& read) {
    struct {
        std::uint8_t version;
        std::uint8_t pointer_encoding;
        std::array<std::uint8_t, 2> others;
        std::int32_t pointer;
    } start{};
    constexpr std::uint64_t kPointerAt = 4;
    if (!read(header, &start, sizeof start) || start.version != 1) { return {}; }
    if (start.pointer_encoding != (DW_EH_PE_pcrel | DW_EH_PE_sdata4)) { return {}; }
    return header + kPointerAt + static_cast<std::uint64_t>(std::int64_t{start.pointer});
}

}  // namespace

std::optional<MappedImage> read_mapped_image(RemoteAddr header, const elf::ReadMemory& read) {
    const auto [segments, bias] = elf::read_segments(read, header);
    if (segments.empty()) { return std::nullopt; }
    MappedImage image;
    image.begin = header;
    image.bias = bias.value();
    image.build_id = elf::build_id_of_image(read, header);
    for (const Elf64_Phdr& segment : segments) {
        const RemoteAddr at(image.bias + segment.p_vaddr);
        if (segment.p_type == PT_LOAD) { image.end = std::max(image.end, at + segment.p_memsz); }
        if (segment.p_type == PT_GNU_EH_FRAME) { image.eh_frame = read_eh_frame_pointer(at, read); }
    }
    for (const Elf64_Phdr& segment : segments) {
        const std::uint64_t at = image.bias + segment.p_vaddr;
        const bool holds = image.eh_frame.value() - at < segment.p_memsz;
        if (segment.p_type == PT_LOAD && holds) { image.eh_frame_limit = RemoteAddr(at + segment.p_memsz); }
    }
    return image;
}

EhFrame read_eh_frame(const MappedImage& image, const elf::ReadMemory& read) {
    EhFrame section;
    if (image.eh_frame.is_null() || image.eh_frame_limit < image.eh_frame) { return section; }
    const std::uint64_t size = image.eh_frame_limit - image.eh_frame;
    if (size > kMaxSection) { return section; }
    section.address = image.eh_frame.value();
    section.bytes.resize(size);
    if (!read(image.eh_frame, section.bytes.data(), size)) { section.bytes.clear(); }
    return section;
}

}  // namespace memray::unwind
