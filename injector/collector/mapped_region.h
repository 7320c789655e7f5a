// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The shared region as the controller sees it: its layout is read and checked once and kept here, where the target
// cannot change it afterwards. All other classes take sizes from this one, never from the region. Slots and tables are
// mapped as they are used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/base/shared_memory.h"
#include "payload/wire/control.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/slot.h"

namespace memray::collector {

class MappedRegion {
public:
    // Throws base::Error if the layout in the control page does not fit the memory.
    explicit MappedRegion(base::SharedMemory memory);

    [[nodiscard]] wire::ControlPage& control() const noexcept { return *static_cast<wire::ControlPage*>(head_.data()); }
    [[nodiscard]] std::uint32_t hex_version() const noexcept { return hex_version_; }
    [[nodiscard]] std::uint32_t slot_count() const noexcept { return slot_count_; }
    [[nodiscard]] std::uint32_t ring_words() const noexcept { return ring_words_; }

    // Maps the slots that were claimed at least once, as far as there is memory for them. Returns how many are mapped.
    std::uint32_t map_used_slots();
    // Why some could not be, empty if that did not happen: their threads wait for a reader that does not come.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    // `index` is below what that returned.
    [[nodiscard]] wire::Slot& slot(std::uint32_t index) const noexcept {
        return *static_cast<wire::Slot*>(slots_[index].data());
    }

    // nullptr if native stacks are not recorded. Without the tables.
    [[nodiscard]] wire::ModuleDirectory* directory() const noexcept {
        return static_cast<wire::ModuleDirectory*>(directory_.data());
    }
    // Bytes, tables included.
    [[nodiscard]] std::uint64_t directory_size() const noexcept { return directory_size_; }
    // Copies bytes to `offset` in the directory, where they must fit in. Throws base::Error.
    void write_table(std::uint64_t offset, const std::vector<std::uint8_t>& bytes) const;

private:
    void map_directory();

    base::SharedMemory memory_;
    base::Mapping head_;
    base::Mapping directory_;
    std::vector<base::Mapping> slots_;
    std::string failure_;
    std::uint64_t slots_offset_{0};
    std::uint32_t hex_version_{0};
    std::uint32_t slot_count_{0};
    std::uint32_t ring_words_{0};
    std::uint64_t directory_offset_{0};
    std::uint64_t directory_size_{0};
};

}  // namespace memray::collector
