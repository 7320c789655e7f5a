// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Functions that were found where a hook is to be put, and that no variant of it stands for yet: hooks that another
// library has put there, or another allocator that an object is bound to. A scan notes them, judges them once the
// loader's list lock is free again, and puts hooks in front of those that it may lead on to when it looks again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/hooks/hook_table.h"

namespace memray::payload {

class ForeignFunctions {
public:
    // False if there are too many.
    bool note(const Hook& hook, std::uintptr_t function) noexcept;
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

    // Decides of each whether a hook may lead on to it: it must be code of a loaded object, and that object must stay.
    // One that exports the function does as long as anybody is bound to it. A library whose hook it is could be
    // unloaded while ours lead there, and is kept loaded for good. Takes the loader's locks.
    void judge() noexcept;

    // The variant that stands for this function from now on; Hook::kNone if there is none left or judge() said no.
    // Under the loader's list lock.
    [[nodiscard]] int accept(const Hook& hook, std::uintptr_t function) const noexcept;

private:
    struct Entry {
        const Hook* hook;
        std::uintptr_t function;
        bool accepted;
    };
    static constexpr std::size_t kMost = 64;
    Entry entries_[kMost];
    std::size_t count_{0};
};

}  // namespace memray::payload
