// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a traced process runs since its last exec, and whether that is CPython about to run its main program.
// Breakpoints do the waiting: one at the entry point of the program, where all libraries that it names are loaded;
// then, if CPython is among them, at Py_RunMain, and, for programs that embed it and never get there, at the functions
// that initialise it, and where those return to the program. If it is not, one at the function that the loader calls
// for debuggers whenever it has loaded something: CPython may come as a plug-in.
#pragma once

#include <list>
#include <memory>
#include <optional>

#include "injector/elf/modules.h"
#include "injector/ptrace/breakpoint.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"
#include "injector/session/breakpoint_keeper.h"

namespace memray::session {

// The process stands at the entry of Py_RunMain, or where it comes back from initialising CPython: interpreter
// initialised, GIL held, nothing of the user has run. No breakpoint is left in it. Its program counter is still one
// byte behind `run_main`.
struct PythonStop {
    std::unique_ptr<ptrace::RemoteMemory> memory;
    elf::Modules modules;
    base::RemoteAddr run_main;
};

enum class ImageEvent {
    kNotOurs,  // not one of these breakpoints
    kOther,    // the program is not CPython
    kPython,   // it is
    kArrived,  // it is initialised
};

class ImageWatch {
public:
    // `keeper`: of the breakpoints, nullptr for a process that dies with its tracer. Without it, forked processes may
    // be on their own, and plug-ins are not waited for.
    explicit ImageWatch(BreakpointKeeper* keeper = nullptr) noexcept : keeper_(keeper) {}
    ~ImageWatch();
    ImageWatch(const ImageWatch&) = delete;
    ImageWatch& operator=(const ImageWatch&) = delete;

    // The tracee has executed a program, its loader about to run. What was in the old one is gone. Throws base::Error.
    void enter(const ptrace::Tracee& tracee);
    // A stop of it. After kOther and kPython it has to be resumed without a signal. Throws base::Error for a Python
    // that cannot be profiled, and if the process vanished; no breakpoint is left in it then.
    ImageEvent handle(ptrace::Tracee& tracee, const ptrace::WaitStatus& status);
    // After kArrived.
    [[nodiscard]] PythonStop take_stop();

    // The program is not CPython, as far as known.
    [[nodiscard]] bool is_python() const noexcept { return modules_.has_value(); }
    // `child` was forked from this process, has not run yet, and has copies of the breakpoints: they become its own.
    // Throws base::Error.
    void copy_to(ImageWatch& copy, pid_t child) const;

private:
    enum class Role { kEntry, kLoaded, kRunMain, kInitialize, kInitialized };
    struct Planted {
        Planted(const ptrace::RemoteMemory& memory, base::RemoteAddr address, Role planned)
            : breakpoint(memory, address), role(planned) {}
        ptrace::Breakpoint breakpoint;
        Role role;
    };

    [[nodiscard]] elf::Modules read_modules() const;
    ImageEvent examine(ptrace::Tracee& tracee);
    ImageEvent examine_loaded(const ptrace::Tracee& tracee, std::list<Planted>::iterator hit);
    ImageEvent await_python(elf::Modules modules, base::RemoteAddr run_main);
    void await_plugin(const elf::Modules& modules);
    ImageEvent pass_initialize(const ptrace::Tracee& tracee, base::RemoteAddr function);
    ImageEvent check_initialized(ptrace::Tracee& tracee, base::RemoteAddr address);
    void refuse_other_python(ptrace::Tracee& tracee, const elf::Modules& modules) const;
    void plant(base::RemoteAddr address, Role role);
    void remove(std::list<Planted>::iterator planted);
    void remove_all();
    void forget_all() noexcept;

    BreakpointKeeper* keeper_;
    pid_t pid_{0};
    std::unique_ptr<ptrace::RemoteMemory> memory_;
    base::RemoteAddr entry_;  // of the program
    std::list<Planted> planted_;
    base::RemoteAddr arrived_at_;
    std::optional<elf::Modules> modules_;  // of an image that is CPython
};

}  // namespace memray::session
