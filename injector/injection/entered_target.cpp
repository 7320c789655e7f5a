// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/entered_target.h"

#include <array>
#include <cassert>
#include <cstdio>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/elf/memory_map.h"

namespace memray::injection {

using base::RemoteAddr;
namespace {

using Clock = std::chrono::steady_clock;

// A call in the target is not given up: the thread would be lost. This process has all the time it takes.
constexpr std::chrono::hours kPatience{24};

std::string milliseconds_since(Clock::time_point start) {
    std::array<char, 32> text{};
    const std::chrono::duration<double, std::milli> time = Clock::now() - start;
    std::snprintf(text.data(), text.size(), "%.2f ms", time.count());
    return text.data();
}

cpython::PythonStop read_python(pid_t pid, const std::vector<elf::MapEntry>& maps) {
    auto memory = std::make_unique<ptrace::RemoteMemory>(pid);
    const ptrace::RemoteMemory& source = *memory;
    const auto auxv = elf::parse_auxv(base::read_file("/proc/" + std::to_string(pid) + "/auxv"));
    elf::Modules modules(
        maps, auxv ? auxv->entry : RemoteAddr(),
        [&source](RemoteAddr at, void* data, std::size_t size) { return source.try_read(at, data, size); });
    return {std::move(memory), std::move(modules), {}};
}

void require_python(const elf::Modules& modules, pid_t pid) {
    for (const elf::Module& module : modules.all()) {
        if (module.file_name().starts_with("libpypy")) {
            throw base::Error("Process " + std::to_string(pid) + " is PyPy, which is not supported (CPython is)");
        }
    }
    if (!modules.find("Py_GetVersion") || !modules.find("Py_IsInitialized")) {
        throw base::Error("Process " + std::to_string(pid) + " does not run CPython");
    }
}

}  // namespace

EnteredTarget::EnteredTarget(pid_t pid, ptrace::Deadline deadline, Note note)
    : note_(std::move(note)),
      last_note_(Clock::now()),
      pid_(pid),
      python_([pid] { return read_python(pid, elf::read_maps(pid)); }()) {
    require_python(python_.modules, pid);
    const std::vector<elf::MapEntry> maps = elf::read_maps(pid);
    const safe_point::CodeMap code(maps, python_.modules);
    safe_point::Unwinder unwinder(memory(), maps);
    safe_point::TargetCode target_code(modules(), maps, memory());
    this->note("read the layout of the process");
    safe_point::SafePoint safe_point(memory(), code, unwinder, target_code);
    thread_.emplace(safe_point.reach(pid, deadline));
    stopped_at_ = safe_point.stopped_at();
    const ptrace::CallCode calls = target_code.page(*thread_, kPatience).call_code();
    saved_.emplace(*thread_, memory());
    call_.emplace(*thread_, memory(), *saved_, calls, kPatience);
    this->note("stopped thread " + std::to_string(thread_->id()) + " at a safe point, look " +
               std::to_string(safe_point.looks()));
}

void EnteredTarget::note(const std::string& what) {
    if (note_) { note_(what + ": " + milliseconds_since(last_note_)); }
    last_note_ = Clock::now();
}

EnteredTarget::~EnteredTarget() {
    if (left_ || !thread_->attached()) { return; }
    try {
        leave();
    } catch (const base::Error&) {
        // Killed meanwhile.
    }
}

void EnteredTarget::leave() {
    assert(!left_);  // else registers of long ago would be set
    left_ = true;
    saved_->restore();
    call_.reset();
    thread_->detach();
    if (note_) { note_("let the thread run on; it stood still for " + milliseconds_since(stopped_at_)); }
}

cpython::PythonFacts inspect_running_python(EnteredTarget& target) {
    const auto is_initialized = target.modules().find("Py_IsInitialized");
    if ((target.call().function(is_initialized.value(), {}) & 0xffffffffU) == 0) {
        throw base::Error("The interpreter of the process is not initialised; try again later");
    }
    cpython::PythonFacts facts = cpython::inspect_python(target.pid(), target.python(), target.call());
    std::uint64_t finalizing = 0;
    const RemoteAddr word(facts.info.addresses.finalizing);
    if (!word.is_null() && target.memory().try_read(word, &finalizing, sizeof finalizing) && finalizing != 0) {
        throw base::Error("The interpreter of the process is shutting down");
    }
    return facts;
}

}  // namespace memray::injection
