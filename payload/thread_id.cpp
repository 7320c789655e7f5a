// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/thread_id.h"

extern "C" [[gnu::weak]] const char* gnu_get_libc_version();

namespace memray::payload {

constinit std::uint64_t thread_id_offset = 0;

namespace {

// `tid` of struct pthread: glibc from 2.4 on (nptl/descr.h), musl from 1.2 on and before (src/internal/pthread_impl.h).
constexpr std::uint64_t kInGlibc = 0x2d0;
constexpr std::uint64_t kInMusl[] = {0x30, 0x38};

bool is_at(std::uint64_t offset, std::uint32_t id) noexcept {
    thread_id_offset = offset;
    return own_tid() == id;
}

}  // namespace

void find_thread_id() noexcept {
    const std::uint32_t id = current_tid();
    // Only in glibc the structure is as large as that.
    if (&gnu_get_libc_version != nullptr) {
        if (is_at(kInGlibc, id)) { return; }
    } else {
        for (const std::uint64_t offset : kInMusl) {
            if (is_at(offset, id)) { return; }
        }
    }
    thread_id_offset = 0;
}

}  // namespace memray::payload
