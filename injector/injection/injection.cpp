// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/injection.h"

#include <cassert>

#include "injector/base/process.h"
#include "injector/cpython/python_facts.h"
#include "injector/injection/descriptor_room.h"
#include "injector/injection/payload_library.h"
#include "injector/region/recording_memory.h"
#include "injector/region/region.h"

namespace memray::injection {
namespace {

constexpr std::chrono::seconds kCalls{10};

}  // namespace

Injection::Injection(ptrace::Tracee tracee, pid_t process, cpython::PythonStop stop)
    : tracee_(std::move(tracee)),
      process_(process),
      stop_(std::move(stop)),
      code_(stop_.modules, elf::read_maps(process), *stop_.memory) {
    const ptrace::CodePage& page = code_.page(tracee_, kCalls);
    saved_.emplace(tracee_, *stop_.memory, stop_.registers);
    call_.emplace(tracee_, *stop_.memory, *saved_, page.call_code(), kCalls);
}

std::unique_ptr<region::ControllerLock> Injection::load(const region::RecordingPlan& plan, const std::string& payload,
                                                        region::Target& target) {
    target.pid = process_;
    target.pidfd = base::open_pidfd(target.pid);
    target.python_executable = base::executable_of(target.pid);
    const cpython::PythonFacts facts = cpython::inspect_python(target.pid, stop_, *call_);
    target.python_version = facts.version.text();
    target.python_allocator = facts.allocator;
    const DescriptorRoom room(target.pid);
    region::RemoteSystem system(*call_);
    region::RecordingMemory memory(system, target.pid, plan, facts);
    auto lock = std::make_unique<region::ControllerLock>(memory.region().descriptor());
    memory.keep();
    region_address_ = memory.region().address();
    const auto file = std::make_shared<const base::UniqueFd>(memory.region().take_file());
    target.region = base::SharedMemory(file);
    if (region::ChildPoolInTarget* pool = memory.pool()) {
        target.children = {pool->take_file(), file, memory.flags(), pool->address()};
    }
    start_ = load_payload(system, *call_, *stop_.memory, stop_.modules, target.pid, payload);
    return lock;
}

void Injection::start() {
    assert(call_ && !start_.is_null());  // loaded, and the thread not let go of
    start_payload(*call_, start_, region_address_, wire::kRegionHeadSize);
    saved_->restore();
    call_.reset();
    tracee_.detach();
}

}  // namespace memray::injection
