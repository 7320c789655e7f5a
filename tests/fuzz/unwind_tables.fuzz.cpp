// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as a module in the memory of a target: what the controller compiles of it is a table in which every look-up
// ends, or nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "injector/unwind/mapped_image.h"
#include "injector/unwind/table_compiler.h"
#include "payload/wire/unwind_table.h"

using namespace memray;

namespace {

constexpr base::RemoteAddr kImage{0x7f00'0000'0000};
constexpr std::uint64_t kMostFrameInformation = 1U << 20U;  // a target may claim more: that costs time only

void require(bool good) {
    if (!good) { std::abort(); }
}

void look_up_everywhere(const std::vector<std::uint8_t>& table) {
    wire::UnwindTable header;
    require(table.size() >= sizeof header);
    std::memcpy(&header, table.data(), sizeof header);
    require(table.size() == wire::unwind_table_size(header.row_count, header.rule_count));
    const auto* rows = reinterpret_cast<const wire::UnwindTable*>(table.data());
    for (std::uint64_t address = 0; address < 0x4000; address += 7) {
        require(wire::find_unwind_rule(rows, table.size(), address) != nullptr);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elf::ReadMemory read = [&](base::RemoteAddr address, void* to, std::size_t wanted) {
        const std::uint64_t offset = address - kImage;
        if (offset > size || size - offset < wanted) { return false; }
        std::copy_n(data + offset, wanted, static_cast<std::uint8_t*>(to));
        return true;
    };
    const auto image = unwind::read_mapped_image(kImage, read);
    if (!image || image->eh_frame_limit - image->eh_frame > kMostFrameInformation) { return 0; }
    const unwind::CompiledTable table = unwind::compile_table(unwind::read_eh_frame(*image, read), kImage.value());
    if (!table.bytes.empty()) { look_up_everywhere(table.bytes); }
    return 0;
}
