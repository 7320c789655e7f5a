// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/controller_lock.h"

#include <linux/futex.h>
#include <pthread.h>

#include <cstddef>

#include "injector/base/error.h"
#include "payload/wire/control.h"

namespace memray::region {
namespace {

std::atomic<std::uint32_t>& word_in(const base::Mapping& page, ControllerLock::Of whose) {
    auto& control = *static_cast<wire::ControlPage*>(page.data());
    return whose == ControllerLock::Of::kProcess ? control.controller_lock : control.children_lock;
}

// Its first member is the futex word, in glibc as in musl.
pthread_mutex_t* mutex_at(std::atomic<std::uint32_t>* word) {
    constexpr std::size_t kRoom =
        sizeof(wire::ControlPage::controller_lock) + sizeof(wire::ControlPage::controller_lock_rest);
    static_assert(sizeof(pthread_mutex_t) <= kRoom);
    return reinterpret_cast<pthread_mutex_t*>(word);
}

int make_and_lock(pthread_mutex_t* mutex) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    const int error = ::pthread_mutex_init(mutex, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    return error != 0 ? error : ::pthread_mutex_lock(mutex);
}

}  // namespace

ControllerLock::ControllerLock(int region_fd, Of whose)
    : page_(base::Mapping::shared(region_fd, wire::kPageSize)), word_(&word_in(page_, whose)) {
    if (const int error = make_and_lock(mutex_at(word_)); error != 0) {
        throw base::system_error("locking the control page", error);
    }
}

ControllerLock::~ControllerLock() {
    ::pthread_mutex_unlock(mutex_at(word_));
    word_->store(FUTEX_OWNER_DIED);
}

}  // namespace memray::region
