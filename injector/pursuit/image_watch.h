// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a traced process runs since its last exec, and whether that is CPython about to run its main program. Nothing is
// left in it that needs its tracer, so a tracer may be killed at any moment: the process runs on without.
//
// It stops at its system calls until the first one outside the loader, when all libraries that the program names are
// there. If CPython is among them, it goes on so until it is inside the function that initialises CPython; that one
// then returns by a detour (ptrace/detour.h). If not, a detour stands at the function that the loader calls for
// debuggers whenever it has loaded something: CPython may come as a plug-in. Otherwise it runs as fast as ever.
#pragma once

#include <memory>
#include <optional>

#include "injector/cpython/python_stop.h"
#include "injector/elf/modules.h"
#include "injector/ptrace/detour.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"
#include "injector/safe_point/text_padding.h"

namespace memray::pursuit {

enum class ImageEvent {
    kNotOurs,  // a stop that has nothing to do with this
    kPassed,   // nothing has changed
    kPython,   // the program is CPython, as is known from now on
    kArrived,  // it is initialised
};

// Whether CPython may come later than with the program.
enum class Plugins { kIgnored, kAwaited };

class ImageWatch {
public:
    explicit ImageWatch(Plugins plugins) noexcept : plugins_(plugins) {}
    ImageWatch(const ImageWatch&) = delete;
    ImageWatch& operator=(const ImageWatch&) = delete;

    // First: the tracee has executed a program, its loader about to run. Throws base::Error.
    void enter(const ptrace::Tracee& tracee);
    // A stop of one of its threads. After kPassed and kPython it has to be resumed without a signal. Throws base::Error
    // for a Python that cannot be profiled, and if the process vanished.
    ImageEvent handle(ptrace::Tracee& tracee, const ptrace::WaitStatus& status);
    // Lets a thread of it run on, to where it has to be seen next.
    void resume(ptrace::Tracee& tracee, int signal = 0) const;
    // After kArrived.
    [[nodiscard]] cpython::PythonStop take_stop();

    // The program is CPython, as is known by now.
    [[nodiscard]] bool is_python() const noexcept { return modules_.has_value(); }
    // `child` was forked from this process and has not run yet. Throws base::Error.
    void copy_to(ImageWatch& copy, pid_t child) const;

private:
    enum class Phase { kUnwatched, kLoading, kOther, kUninitialized, kInitializing };
    struct Range {
        base::RemoteAddr begin, end;
    };

    [[nodiscard]] elf::ReadMemory reader() const;
    [[nodiscard]] elf::Modules read_modules() const;
    [[nodiscard]] bool is_loading(const ptrace::Registers& registers) const;
    ImageEvent handle_system_call(ptrace::Tracee& tracee, const ptrace::Registers& registers);
    ImageEvent handle_detour(ptrace::Tracee& tracee, const ptrace::Registers& registers);
    ImageEvent examine(ptrace::Tracee& tracee);
    ImageEvent examine_loaded();
    ImageEvent await_python(elf::Modules modules, base::RemoteAddr initialize);
    void await_plugin(const elf::Modules& modules);
    void divert_return(const ptrace::Tracee& tracee, const ptrace::Registers& registers);
    ImageEvent check_initialized(ptrace::Tracee& tracee, const ptrace::Registers& registers);
    void refuse_other_python(ptrace::Tracee& tracee, const elf::Modules& modules) const;

    Plugins plugins_;
    Phase phase_{Phase::kUnwatched};
    pid_t pid_{0};
    std::unique_ptr<ptrace::RemoteMemory> memory_;
    base::RemoteAddr entry_;  // of the program
    Range loader_;
    safe_point::TextPadding padding_;
    std::optional<ptrace::Detour> loaded_;
    base::RemoteAddr initialize_;  // the function
    ptrace::Detour initialized_;
    ptrace::DetourKind initialized_kind_{ptrace::DetourKind::kSignal};
    base::RemoteAddr returns_to_;
    std::optional<elf::Modules> modules_;  // of an image that is CPython
    ptrace::Registers arrived_{};
};

}  // namespace memray::pursuit
