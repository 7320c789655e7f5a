// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/permission.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/unit/ptrace/forked.h"

using namespace memray::ptrace;
using namespace memray::ptrace::tests;
using Catch::Matchers::Contains;

TEST_CASE("a refusal by Yama names the setting and its value") {
    CHECK(explain_refusal(7, EPERM, {.yama_scope = 3}) ==
          "Could not trace process 7: Operation not permitted (kernel.yama.ptrace_scope is 3, which forbids tracing "
          "until the next boot)");
    CHECK_THAT(explain_refusal(7, EPERM, {.yama_scope = 2}), Contains("ptrace_scope is 2: run as root"));
    CHECK_THAT(explain_refusal(7, EPERM, {.yama_scope = 1}), Contains("or sysctl kernel.yama.ptrace_scope=0;"));
}

TEST_CASE("a refusal under a seccomp filter says how to start the container") {
    CHECK_THAT(explain_refusal(7, EPERM, {.yama_scope = 1, .seccomp = true}),
               Contains("a profile that allows ptrace, or docker run --cap-add=SYS_PTRACE; Kubernetes: "
                        "securityContext.capabilities.add: [SYS_PTRACE], or kubectl debug --profile=sysadmin"));
    CHECK_THAT(explain_refusal(7, EPERM, {}), Contains("run as root or with CAP_SYS_PTRACE"));
}

TEST_CASE("a process of another user is no matter of settings") {
    CHECK_THAT(explain_refusal(7, EPERM, {.yama_scope = 1, .other_user = "daemon"}),
               Contains("belongs to another user (daemon): run as that user, as root or with CAP_SYS_PTRACE"));
}

TEST_CASE("other reasons are not blamed on permissions") {
    CHECK(explain_refusal(7, ESRCH, {.yama_scope = 3}) == "Could not trace process 7: No such process");
    CHECK_THAT(explain_refusal(7, ENOSYS, {}), Contains("has no ptrace"));
}

TEST_CASE("a process that has a tracer already says which") {
    Forked child(spin);
    const Tracee tracee = child.stop();
    CHECK_THROWS_WITH(Tracee::seize(child.pid(), 0, OnDestroy::kDetach),
                      Contains("(process " + std::to_string(::getpid()) + " is tracing it already)"));
}
