// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writing to words of loaded objects in pages that are not to be written to, one page at a time, which has afterwards
// the protection it had before. Somebody else may have made it writable, and count on it.
#pragma once

#include "payload/got/object.h"
#include "payload/syscalls.h"
#include "payload/wire/control.h"

namespace memray::payload {

class PageWindow {
public:
    explicit PageWindow(const LoadedObject& object) noexcept : object_(object) {}
    ~PageWindow() { close(); }
    PageWindow(const PageWindow&) = delete;
    PageWindow& operator=(const PageWindow&) = delete;

    // One aligned store, as other threads may read the word meanwhile. False if the page cannot be made writable.
    [[nodiscard]] bool write(std::uintptr_t* word, std::uintptr_t value) noexcept {
        if (!open(reinterpret_cast<std::uintptr_t>(word))) { return false; }
        __atomic_store_n(word, value, __ATOMIC_RELEASE);
        return true;
    }

private:
    static constexpr long kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14

    static bool protect(std::uintptr_t page, int protection) noexcept {
        return raw_syscall(SYS_mprotect, static_cast<long>(page), wire::kPageSize, protection) == 0;
    }
    // Code may lie in the same page as what is read only, and run meanwhile.
    [[nodiscard]] int usual_protection(std::uintptr_t address) const noexcept {
        return object_.relro.contains(address) ? PROT_READ : object_.protection_of(address);
    }
    bool open(std::uintptr_t address) noexcept {
        const std::uintptr_t page = address & ~(wire::kPageSize - 1);
        if (page == page_) { return true; }
        close();
        const int usual = usual_protection(address);
        if ((usual & PROT_WRITE) != 0) { return true; }
        // Works only where the page can be written to, and is what the write would do.
        if (raw_syscall(SYS_madvise, static_cast<long>(page), wire::kPageSize, kPopulateWrite) == 0) { return true; }
        if (!protect(page, usual | PROT_WRITE)) { return false; }
        page_ = page;
        protection_ = usual;
        return true;
    }
    void close() noexcept {
        if (page_ != 0) { protect(page_, protection_); }
        page_ = 0;
    }

    const LoadedObject& object_;
    std::uintptr_t page_{0};  // opened, 0: none
    int protection_{0};       // that it had
};

}  // namespace memray::payload
