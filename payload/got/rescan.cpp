// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/rescan.h"

#include "payload/got/patch.h"
#include "payload/stack/native_stack.h"
#include "payload/thread.h"

namespace memray::payload {
namespace {

// Threads that have entered dlopen and not been seen outside it since, and when one last entered.
std::atomic<std::uint32_t> loading_threads{0};
std::atomic<std::int64_t> last_loading{0};
std::atomic<bool> wanted{false};
// No dlopen takes that long; a thread that has not shown up since simply has nothing to allocate.
constexpr std::int64_t kLoadingSeconds = 5;

bool others_are_loading() noexcept {
    if (loading_threads.load(std::memory_order_acquire) == 0) { return false; }
    return recorder_seconds(own_session()) - last_loading.load(std::memory_order_relaxed) < kLoadingSeconds;
}

}  // namespace

void enter_loader() noexcept {
    last_loading.store(recorder_seconds(own_session()), std::memory_order_relaxed);
    loading_threads.fetch_add(1, std::memory_order_acq_rel);
    note_changing_modules();
    this_thread.loading = kMayRelocate | kMayChangeModules;
    wanted.store(true, std::memory_order_relaxed);
}

void note_left_loader() noexcept {
    this_thread.loading &= ~std::uint32_t{kMayRelocate};
    loading_threads.fetch_sub(1, std::memory_order_release);
}

void rescan_if_wanted() noexcept {
    if (!wanted.load(std::memory_order_relaxed) || others_are_loading()) { return; }
    wanted.store(false, std::memory_order_relaxed);
    install_hooks();
}

}  // namespace memray::payload
