// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <algorithm>
#include <array>

#include "injector/cpython/python_layout.h"

namespace memray::cpython {
namespace {

using wire::FrameModel;
using wire::PythonLayout;

constexpr std::uint64_t kCookie = 0x7970'6775'6265'6478ULL;  // "xdebugpy"
constexpr std::size_t kVersion = 8;
constexpr std::size_t kFreeThreaded = 16;
constexpr std::size_t kFinalizing = 32;
constexpr std::uint64_t kLargestOffset = 1 << 20;

// Positions in _Py_DebugOffsets of one minor version. The table is made of sections, each of which begins with the size
// of the structure that it describes.
struct Positions {
    std::size_t tstate_current_frame;
    std::size_t frame_previous, frame_executable, frame_instr_ptr, frame_owner, frame_tlbc_index;
    std::size_t code_filename, code_name, code_linetable, code_firstlineno, code_adaptive, code_tlbc;
    std::size_t object_type;
    std::size_t bytes_size, bytes_data;
    std::size_t unicode_state, unicode_length, unicode_asciiobject_size;
    // Not positions: what the table does not tell.
    std::uint32_t first_traceable;  // _co_firsttraceable with the GIL
    std::uint64_t executable_mask;  // from 3.14 on f_executable is a tagged reference
};

constexpr Positions k313{184, 232, 240, 248, 264, 0,   280, 288, 304, 312,
                         344, 0,   360, 520, 528, 544, 552, 560, 184, ~0ULL};
constexpr Positions k314{208, 256, 264, 272, 288, 304, 320, 328, 344, 352,
                         384, 392, 408, 600, 608, 624, 632, 640, 192, ~3ULL};
constexpr Positions k315{208, 320, 328, 336, 352, 368, 384, 392, 408, 416,
                         448, 456, 472, 696, 704, 720, 728, 736, 192, ~3ULL};

const Positions* positions_of(PythonVersion version) {
    if (version.major() != 3) { return nullptr; }
    switch (version.minor()) {
        case 13:
            return &k313;
        case 14:
            return &k314;
        default:
            return &k315;
    }
}

// What 3.15 has at the positions that the frame reader rests on, with the GIL and without. A newer version whose table
// says the same is read like it: fields that were added, moved or renamed would show here, and what the table does not
// tell (bits of strings, tags of references) goes with these sizes.
struct KnownValue {
    std::size_t position;
    std::uint64_t with_gil, free_threaded;
};
constexpr auto kLaidOutLike315 = std::to_array<KnownValue>({
    {208, 72, 72}, {312, 88, 88},   {320, 8, 8},     {328, 0, 0},     {336, 56, 56},   {352, 74, 78},
    {368, 0, 72},  {376, 216, 240}, {384, 112, 128}, {392, 120, 136}, {400, 128, 144}, {408, 136, 152},
    {416, 68, 84}, {448, 208, 232}, {456, 0, 224},   {464, 16, 32},   {472, 8, 24},    {688, 40, 56},
    {696, 16, 32}, {704, 32, 48},   {712, 64, 80},   {720, 32, 48},   {728, 16, 32},   {736, 40, 56},
});

bool is_laid_out_like_3_15(const ReadRuntime& read, bool free_threaded) {
    return std::all_of(kLaidOutLike315.begin(), kLaidOutLike315.end(), [&](const KnownValue& known) {
        return read(known.position) == (free_threaded ? known.free_threaded : known.with_gil);
    });
}

// Copies offsets out of the table; remembers whether all of them made sense.
class Copier {
public:
    explicit Copier(const ReadRuntime& read) : read_(read) {}

    void copy(std::uint32_t& field, std::size_t position) {
        const auto value = read_(position);
        if (!value || *value > kLargestOffset) {
            sane_ = false;
        } else {
            field = static_cast<std::uint32_t>(*value);
        }
    }
    [[nodiscard]] bool sane() const noexcept { return sane_; }

private:
    const ReadRuntime& read_;
    bool sane_{true};
};

bool copy_table(PythonLayout& layout, const Positions& at, const ReadRuntime& read) {
    Copier copier(read);
    copier.copy(layout.tstate_frame, at.tstate_current_frame);
    copier.copy(layout.frame_previous, at.frame_previous);
    copier.copy(layout.frame_code, at.frame_executable);
    copier.copy(layout.frame_instruction, at.frame_instr_ptr);
    copier.copy(layout.frame_owner, at.frame_owner);
    copier.copy(layout.code_filename, at.code_filename);
    copier.copy(layout.code_name, at.code_name);
    copier.copy(layout.code_line_table, at.code_linetable);
    copier.copy(layout.code_first_line, at.code_firstlineno);
    copier.copy(layout.code_instructions, at.code_adaptive);
    copier.copy(layout.object_type, at.object_type);
    copier.copy(layout.bytes_size, at.bytes_size);
    copier.copy(layout.bytes_data, at.bytes_data);
    copier.copy(layout.unicode_state, at.unicode_state);
    copier.copy(layout.unicode_length, at.unicode_length);
    copier.copy(layout.unicode_ascii_data, at.unicode_asciiobject_size);
    if (layout.free_threaded != 0 && at.frame_tlbc_index != 0) {
        copier.copy(layout.frame_tlbc_index, at.frame_tlbc_index);
        copier.copy(layout.code_tlbc, at.code_tlbc);
    }
    return copier.sane();
}

// The words for profilers are used as 3.15 uses them, and from the prerelease on in which both were there. What other
// versions, or threads without the GIL, do with them has not been looked at.
void copy_profiler_words(PythonLayout& layout, PythonVersion version, const ReadRuntime& read) {
    constexpr std::uint32_t kBothThere = 0x030f00b4;
    constexpr std::size_t kLastProfiledFrame = 224;
    constexpr std::size_t kLastProfiledFrameNumber = 232;
    if (version.hex < kBothThere || version.at_least(3, 16) || layout.free_threaded != 0) { return; }
    Copier copier(read);
    std::uint32_t frame = 0;
    std::uint32_t number = 0;
    copier.copy(frame, kLastProfiledFrame);
    copier.copy(number, kLastProfiledFrameNumber);
    if (copier.sane() && frame != 0 && number != 0) {
        layout.tstate_profiled_frame = frame;
        layout.tstate_profiled_number = number;
    }
}

// A free-threaded object header is 16 bytes longer, and 3.14 made "interned" a byte of its own there.
void add_constants(PythonLayout& layout, const Positions& at, PythonVersion version) {
    const bool free_threaded = layout.free_threaded != 0;
    const bool wide_state = free_threaded && version.at_least(3, 14);
    layout.shim_owner = 3;  // FRAME_OWNED_BY_CSTACK, called FRAME_OWNED_BY_INTERPRETER from 3.14 on
    layout.executable_mask = at.executable_mask;
    layout.code_first_traceable = at.first_traceable + (free_threaded ? 16 : 0);
    layout.unicode_compact_data = layout.unicode_ascii_data + 16;  // utf8_length, utf8
    layout.unicode_kind_mask = wide_state ? 0x700 : 0x1c;
    layout.unicode_kind_shift = wide_state ? 8 : 2;
    layout.unicode_compact_bit = wide_state ? 0x800 : 0x20;
    layout.unicode_ascii_bit = wide_state ? 0x1000 : 0x40;
    layout.type_dealloc = free_threaded ? 64 : 48;
}

// The fields that every table begins with, if this is such a table and of that interpreter.
bool is_table_of(PythonVersion version, const ReadRuntime& read) {
    return read(0) == kCookie && read(kVersion) == version.hex && read(kFreeThreaded).value_or(2) <= 1;
}

}  // namespace

LayoutFacts layout_from_debug_offsets(PythonVersion version, const ReadRuntime& read) {
    LayoutFacts facts;
    facts.layout.hex_version = version.hex;
    if (!is_table_of(version, read)) { return facts; }
    facts.layout.free_threaded = read(kFreeThreaded) == 1 ? 1 : 0;
    const Positions* positions = positions_of(version);
    if (positions == nullptr) { return facts; }
    const bool is_unknown = version.at_least(3, 16);
    if (is_unknown && !is_laid_out_like_3_15(read, facts.layout.free_threaded != 0)) { return facts; }
    PythonLayout layout = facts.layout;
    if (!copy_table(layout, *positions, read)) { return facts; }
    copy_profiler_words(layout, version, read);
    add_constants(layout, *positions, version);
    layout.model = FrameModel::kCurrentFrame;
    const auto finalizing = read(kFinalizing);
    return {layout, finalizing && *finalizing <= kLargestOffset ? *finalizing : 0};
}

}  // namespace memray::cpython
