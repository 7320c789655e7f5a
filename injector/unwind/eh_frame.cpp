// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/eh_frame.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>

#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace memray::unwind {
namespace {

constexpr std::array<unsigned char, EI_NIDENT> kIdentity{0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
constexpr std::uint8_t kFormatMask = 0x0f;  // of a pointer's encoding
constexpr std::uint8_t kRelativeMask = 0x70;

struct Conventions {
    FrameConventions frames;
    std::uint8_t pointers{DW_EH_PE_absptr};  // how functions' addresses are encoded
    bool sized_augmentation{false};
    std::uint64_t augmentation_size{0};  // of an FDE, unless sized
};

class Section {
public:
    explicit Section(const EhFrame& section) : section_(section) {
        data_.d_buf = const_cast<std::uint8_t*>(section.bytes.data());
        data_.d_type = ELF_T_BYTE;
        data_.d_version = EV_CURRENT;
        data_.d_size = section.bytes.size();
    }

    template <typename Found>
    void for_each(const Found& found) {
        Dwarf_Off next = 0;
        for (Dwarf_Off at = 0; at < data_.d_size; at = next) {
            Dwarf_CFI_Entry entry;
            if (::dwarf_next_cfi(kIdentity.data(), &data_, true, at, &next, &entry) != 0) { return; }
            if (next <= at) { return; }
            if (entry.CIE_id == DW_CIE_ID_64) {
                conventions_[at] = read_conventions(entry.cie);
                continue;
            }
            const auto known = conventions_.find(entry.fde.CIE_pointer);
            if (known == conventions_.end()) { continue; }
            if (const auto function = read_function(entry.fde, known->second)) {
                found(known->second.frames, *function);
            }
        }
    }

private:
    [[nodiscard]] Conventions read_conventions(const Dwarf_CIE& entry) const {
        Conventions result;
        result.frames.code_alignment = entry.code_alignment_factor;
        result.frames.data_alignment = entry.data_alignment_factor;
        result.frames.initial_instructions = Bytes(entry.initial_instructions, entry.initial_instructions_end);
        result.augmentation_size = entry.fde_augmentation_data_size;
        ByteCursor data(Bytes(entry.augmentation_data, entry.augmentation_data_size));
        for (const char letter : std::string_view(entry.augmentation)) {
            if (letter == 'z') { result.sized_augmentation = true; }
            if (letter == 'S') { result.frames.signal = true; }
            if (letter == 'R') { result.pointers = data.byte(); }
            if (letter == 'L') { data.byte(); }
            if (letter == 'P') { static_cast<void>(read_pointer(data, data.byte())); }
        }
        return result;
    }

    [[nodiscard]] std::optional<FunctionFrames> read_function(const Dwarf_FDE& entry,
                                                              const Conventions& conventions) const {
        ByteCursor cursor(Bytes(entry.start, entry.end));
        FunctionFrames function;
        function.begin = read_pointer(cursor, conventions.pointers);
        const std::uint64_t size = read_pointer(cursor, conventions.pointers & kFormatMask);
        cursor.take(conventions.sized_augmentation ? cursor.unsigned_leb() : conventions.augmentation_size);
        if (cursor.failed() || size == 0 || function.begin + size < function.begin) { return std::nullopt; }
        function.end = function.begin + size;
        function.instructions = Bytes(cursor.position(), entry.end);
        return function;
    }

    // Relative to itself or absolute: no linker for this processor writes anything else for a function.
    [[nodiscard]] std::uint64_t read_pointer(ByteCursor& cursor, std::uint8_t encoding) const {
        const auto here = section_.address + static_cast<std::uint64_t>(cursor.position() - section_.bytes.data());
        const std::uint64_t value = read_number(cursor, encoding & kFormatMask);
        return (encoding & kRelativeMask) == DW_EH_PE_pcrel ? value + here : value;
    }

    static std::uint64_t read_number(ByteCursor& cursor, unsigned format) {
        switch (format) {
            case DW_EH_PE_uleb128:
                return cursor.unsigned_leb();
            case DW_EH_PE_sleb128:
                return static_cast<std::uint64_t>(cursor.signed_leb());
            case DW_EH_PE_udata2:
                return cursor.fixed<std::uint16_t>();
            case DW_EH_PE_sdata2:
                return static_cast<std::uint64_t>(std::int64_t{cursor.fixed<std::int16_t>()});
            case DW_EH_PE_udata4:
                return cursor.fixed<std::uint32_t>();
            case DW_EH_PE_sdata4:
                return static_cast<std::uint64_t>(std::int64_t{cursor.fixed<std::int32_t>()});
            default:
                return cursor.fixed<std::uint64_t>();
        }
    }

    const EhFrame& section_;
    Elf_Data data_{};
    std::unordered_map<Dwarf_Off, Conventions> conventions_;
};

}  // namespace

void for_each_function(const EhFrame& section,
                       const std::function<void(const FrameConventions&, const FunctionFrames&)>& found) {
    Section(section).for_each(found);
}

}  // namespace memray::unwind
