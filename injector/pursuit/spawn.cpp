// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/spawn.h"

#include "injector/pursuit/held_command.h"
#include "injector/pursuit/thread_group.h"

namespace memray::pursuit {

Child spawn(const std::string& path, const std::vector<std::string>& argv) {
    HeldCommand command(path, argv);
    // It does not get its go-ahead if tracing is forbidden.
    Child child{ptrace::Tracee::seize(command.id(), ThreadGroup::options(true), ptrace::OnDestroy::kKill), {}};
    command.go();
    child.exec_error = command.take_exec_error();
    return child;
}

int read_exec_error(const Child& child) { return read_exec_error(child.exec_error); }

}  // namespace memray::pursuit
