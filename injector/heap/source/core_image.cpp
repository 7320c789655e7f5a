// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/core_image.h"

#include <elf.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "injector/base/error.h"
#include "injector/elf/notes.h"

namespace memray::heap {
namespace {

using base::RemoteAddr;

constexpr std::uint64_t kMostSegments = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMostNotes = std::uint64_t{1} << 30U;  // bytes: 8 kB for each thread
constexpr std::uint64_t kPageOffset = 4095;

std::uint64_t saturated_sum(std::uint64_t left, std::uint64_t right) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(left, right, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

template <typename T>
std::optional<T> value_at(std::string_view bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) { return std::nullopt; }
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

Elf64_Ehdr read_header(const ReadCore& read) {
    Elf64_Ehdr header{};
    if (!read(0, &header.e_ident, EI_NIDENT) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        throw base::Error(" is not a core file");
    }
    if (header.e_ident[EI_CLASS] == ELFCLASS32) { throw base::Error(" is of a 32-bit program"); }
    if (!read(0, &header, sizeof header)) { throw base::Error(" is cut off"); }
    if (header.e_type != ET_CORE) { throw base::Error(" is not a core file"); }
    const bool is_ours = header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_X86_64;
    if (!is_ours) { throw base::Error(" is of a program for another architecture"); }
    return header;
}

// With very many, the first section tells (elf(5): PN_XNUM).
std::uint64_t count_segments(const ReadCore& read, const Elf64_Ehdr& header) {
    if (header.e_phnum != PN_XNUM) { return header.e_phnum; }
    Elf64_Shdr first;
    if (header.e_shoff == 0 || !read(header.e_shoff, &first, sizeof first)) { throw base::Error(" is cut off"); }
    return first.sh_info;
}

std::vector<Elf64_Phdr> read_program_headers(const ReadCore& read, std::uint64_t size) {
    const Elf64_Ehdr header = read_header(read);
    const std::uint64_t count = count_segments(read, header);
    if (header.e_phentsize != sizeof(Elf64_Phdr) || count > kMostSegments) { throw base::Error(" is damaged"); }
    if (count > size / sizeof(Elf64_Phdr)) { throw base::Error(" is cut off"); }
    std::vector<Elf64_Phdr> segments(count);
    if (!read(header.e_phoff, segments.data(), count * sizeof(Elf64_Phdr))) { throw base::Error(" is cut off"); }
    return segments;
}

void require_whole(const std::vector<Elf64_Phdr>& segments, std::uint64_t size) {
    std::uint64_t needed = 0;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_filesz > 0) { needed = std::max(needed, saturated_sum(segment.p_offset, segment.p_filesz)); }
    }
    if (needed <= size) { return; }
    throw base::Error(" is cut off: it has " + std::to_string(size) + " of " + std::to_string(needed) + " bytes");
}

// Those that overlap one before them are left out: that is no process.
template <typename Part>
void put_in_order(std::vector<Part>& parts, RemoteAddr (*end_of)(const Part&)) {
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& left, const Part& right) { return left.begin < right.begin; });
    RemoteAddr end;
    std::erase_if(parts, [&](const Part& part) {
        const bool overlaps = part.begin < end || end_of(part) <= part.begin;
        if (!overlaps) { end = end_of(part); }
        return overlaps;
    });
}

void add_segment(CoreImage& image, const Elf64_Phdr& header) {
    const bool in_pages = ((header.p_vaddr | header.p_memsz) & kPageOffset) == 0;
    if (!in_pages || header.p_memsz == 0) { return; }
    image.segments.push_back({RemoteAddr(header.p_vaddr), header.p_memsz, std::min(header.p_filesz, header.p_memsz),
                              header.p_offset, (header.p_flags & PF_R) != 0, (header.p_flags & PF_W) != 0,
                              (header.p_flags & PF_X) != 0});
}

// Counts and page size, then begin, end and page of the file of each, then the paths, each with a zero.
void read_mappings(CoreImage& image, std::string_view note) {
    struct Place {
        std::uint64_t begin, end, page;
    };
    const auto count = value_at<std::uint64_t>(note, 0);
    const auto page_size = value_at<std::uint64_t>(note, sizeof(std::uint64_t));
    constexpr std::size_t kPlaces = 2 * sizeof(std::uint64_t);
    if (!page_size || *count > (note.size() - kPlaces) / sizeof(Place)) { return; }
    std::string_view paths = note.substr(kPlaces + *count * sizeof(Place));
    for (std::uint64_t index = 0; index < *count; ++index) {
        const auto place = value_at<Place>(note, kPlaces + index * sizeof(Place));
        const std::size_t length = paths.find('\0');
        std::uint64_t offset = 0;
        const bool good = length != std::string_view::npos && place &&
                          ((place->begin | place->end) & kPageOffset) == 0 &&
                          !__builtin_mul_overflow(place->page, *page_size, &offset);
        if (!good) { return; }
        image.mappings.push_back(
            {RemoteAddr(place->begin), RemoteAddr(place->end), offset, std::string(paths.substr(0, length))});
        paths.remove_prefix(length + 1);
    }
}

void read_thread(CoreImage& image, std::string_view note) {
    const auto status = value_at<elf_prstatus>(note, 0);
    if (!status) { return; }
    user_regs_struct registers;
    static_assert(sizeof registers == sizeof status->pr_reg);
    std::memcpy(&registers, &status->pr_reg, sizeof registers);
    image.threads.push_back({status->pr_pid, {}, RemoteAddr(registers.rsp), RemoteAddr(registers.rip)});
}

void read_auxiliary_vector(CoreImage& image, std::string_view note) {
    for (std::uint64_t at = 0; const auto item = value_at<Elf64_auxv_t>(note, at); at += sizeof(Elf64_auxv_t)) {
        if (item->a_type == AT_ENTRY) { image.entry = RemoteAddr(item->a_un.a_val); }
        if (item->a_type == AT_RANDOM) { image.stack_bytes = RemoteAddr(item->a_un.a_val); }
    }
}

// The thread that the signal went to comes first, and the name of the process is that of its first thread; which of
// them that is, only the id tells.
void read_name(CoreImage& image, std::string_view note) {
    const auto info = value_at<elf_prpsinfo>(note, 0);
    if (!info) { return; }
    const std::string name(info->pr_fname, ::strnlen(info->pr_fname, sizeof info->pr_fname));
    for (ThreadState& thread : image.threads) {
        if (thread.id == info->pr_pid) { thread.name = name; }
    }
}

void read_notes(CoreImage& image, const std::string& notes) {
    std::string_view process;
    elf::visit_notes(notes, [&](const elf::Note& note) {
        if (note.owner != "CORE") { return true; }
        if (note.type == NT_PRSTATUS) { read_thread(image, note.content); }
        if (note.type == NT_FILE) { read_mappings(image, note.content); }
        if (note.type == NT_AUXV) { read_auxiliary_vector(image, note.content); }
        if (note.type == NT_PRPSINFO) { process = note.content; }
        return true;
    });
    read_name(image, process);
}

}  // namespace

CoreImage read_core_image(const ReadCore& read, std::uint64_t size) {
    const std::vector<Elf64_Phdr> headers = read_program_headers(read, size);
    require_whole(headers, size);
    CoreImage image;
    for (const Elf64_Phdr& header : headers) {
        if (header.p_type == PT_LOAD) { add_segment(image, header); }
        if (header.p_type != PT_NOTE || header.p_filesz > kMostNotes) { continue; }
        std::string notes(header.p_filesz, '\0');
        if (read(header.p_offset, notes.data(), notes.size())) { read_notes(image, notes); }
    }
    put_in_order<CoreSegment>(image.segments, [](const CoreSegment& segment) { return segment.end(); });
    put_in_order<CoreMapping>(image.mappings, [](const CoreMapping& mapping) { return mapping.end; });
    return image;
}

const CoreSegment* find_segment(std::span<const CoreSegment> segments, RemoteAddr address) {
    const auto found = std::upper_bound(segments.begin(), segments.end(), address,
                                        [](RemoteAddr at, const CoreSegment& other) { return at < other.end(); });
    return found != segments.end() && found->begin <= address ? &*found : nullptr;
}

const CoreMapping* find_mapping(std::span<const CoreMapping> mappings, RemoteAddr address) {
    const auto found = std::upper_bound(mappings.begin(), mappings.end(), address,
                                        [](RemoteAddr at, const CoreMapping& other) { return at < other.end; });
    return found != mappings.end() && found->begin <= address ? &*found : nullptr;
}

}  // namespace memray::heap
