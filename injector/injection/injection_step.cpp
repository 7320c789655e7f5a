// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/injection_step.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "injector/base/test_switch.h"

namespace memray::injection {

void reached(InjectionStep step, pid_t controller) noexcept {
    const char* fatal = base::test_switch("MEMRAY_DIE_AT");
    if (fatal == nullptr || kInjectionStepNames.at(static_cast<std::size_t>(step)) != fatal) { return; }
    if (controller != ::getpid() && controller != ::getppid()) { return; }  // it died at an earlier step
    ::kill(controller, SIGKILL);
    // The guard, which goes on, is its child.
    while (::getppid() == controller) { std::this_thread::sleep_for(std::chrono::microseconds(100)); }
}

}  // namespace memray::injection
