// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/startup.h"

#include <optional>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/elf/executable_file.h"
#include "injector/elf/memory_map.h"
#include "injector/ptrace/breakpoint.h"
#include "injector/ptrace/remote_call.h"
#include "injector/session/launch.h"
#include "injector/session/python_version.h"
#include "injector/session/thread_group.h"

namespace memray::session {
namespace {

using ptrace::WaitKind;
using ptrace::WaitStatus;

class Startup {
public:
    Startup(Child& child, std::string name)
        : child_(child), tracee_(child.tracee), threads_(child.tracee), name_(std::move(name)) {}

    PythonStop run() {
        while (!arrived_) { handle(threads_.wait()); }
        const base::RemoteAddr run_main = breakpoint_->address();
        breakpoint_->remove();
        return {std::move(memory_), std::move(*modules_), run_main};
    }

private:
    void handle(const WaitStatus& status) {
        if (status.ended()) { throw_ended(status); }
        switch (status.kind()) {
            case WaitKind::kExec:
                enter_image();
                return tracee_.resume();
            case WaitKind::kSignal:
                return handle_signal(status);
            case WaitKind::kGroupStop:
                return tracee_.listen();
            default:
                return tracee_.resume();
        }
    }

    void handle_signal(const WaitStatus& status) {
        if (!breakpoint_ || !breakpoint_->hit_by(tracee_, status)) { return tracee_.resume(status.code()); }
        if (modules_) {
            arrived_ = true;
        } else {
            examine_image();
            tracee_.resume();
        }
    }

    // A new program, its loader about to run. What was in the old one is gone.
    void enter_image() {
        threads_.follow_again();
        if (breakpoint_) { breakpoint_->forget(); }
        breakpoint_.reset();
        modules_.reset();
        memory_.reset();
        const std::string proc = "/proc/" + std::to_string(tracee_.id());
        if (elf::classify_executable_file(proc + "/exe") != elf::ExecutableKind::kDynamic) { return; }
        const auto auxv = elf::parse_auxv(base::read_file(proc + "/auxv"));
        if (!auxv || auxv->loader_base.is_null()) { return; }
        entry_ = auxv->entry;
        memory_ = std::make_unique<ptrace::RemoteMemory>(tracee_.id());
        breakpoint_.emplace(*memory_, entry_);
    }

    // At the entry point: all libraries that the program names are loaded.
    void examine_image() {
        breakpoint_->remove();
        step_back(entry_);
        const ptrace::RemoteMemory& memory = *memory_;
        elf::Modules modules(
            elf::read_maps(tracee_.id()), entry_,
            [&memory](base::RemoteAddr at, void* data, std::size_t size) { return memory.try_read(at, data, size); });
        breakpoint_.reset();
        const auto run_main = modules.find("Py_RunMain");
        if (!run_main) { return refuse_other_python(modules); }
        threads_.release_others();
        breakpoint_.emplace(memory, *run_main);
        modules_.emplace(std::move(modules));
    }

    void step_back(base::RemoteAddr address) {
        ptrace::Registers registers = ptrace::get_registers(tracee_);
        registers.rip = address.value();
        ptrace::set_registers(tracee_, registers);
    }

    // Py_RunMain came with CPython 3.8.
    void refuse_other_python(const elf::Modules& modules) {
        for (const elf::Module& module : modules.all()) {
            if (module.file_name().starts_with("libpypy")) {
                throw base::Error("PyPy is not supported (CPython 3.8 or newer is)");
            }
        }
        const auto get_version = modules.find("Py_GetVersion");
        if (!get_version || !modules.find("Py_Main")) { return; }
        ptrace::SavedRegisters saved(tracee_);
        ptrace::RemoteCall call(tracee_, *memory_, saved);
        throw unsupported_version(read_version(*memory_, call, *get_version));
    }

    [[noreturn]] void throw_ended(const WaitStatus& status) const {
        if (const int error = read_exec_error(child_); error != 0) {
            throw base::system_error("Could not start " + name_, error);
        }
        throw EndedBeforePython(
            name_ + " " + status.describe() + (modules_ ? " before running a program" : " before starting CPython"),
            status.raw());
    }

    Child& child_;
    ptrace::Tracee& tracee_;
    ThreadGroup threads_;
    std::string name_;
    std::unique_ptr<ptrace::RemoteMemory> memory_;
    base::RemoteAddr entry_;
    std::optional<ptrace::Breakpoint> breakpoint_;
    std::optional<elf::Modules> modules_;  // of an image that is CPython
    bool arrived_{false};
};

}  // namespace

PythonStop run_to_python(Child& child, const std::string& name) { return Startup(child, name).run(); }

}  // namespace memray::session
