// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/image_watch.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/cpython/python_version.h"
#include "injector/elf/executable_file.h"
#include "injector/elf/memory_map.h"
#include "injector/ptrace/remote_call.h"
#include "injector/safe_point/detour_choice.h"
#include "injector/safe_point/return_place.h"
#include "injector/safe_point/seccomp.h"
#include "injector/safe_point/target_code.h"

namespace memray::pursuit {
namespace {

using base::RemoteAddr;
using ptrace::DetourKind;

// All ways to initialise CPython lead through it (CPython's Python/pylifecycle.c, Modules/main.c, since 3.8).
constexpr const char* kInitialize = "Py_InitializeFromConfig";
constexpr std::chrono::seconds kCalls{10};

// What the kernel puts into rax where a system call begins (arch/x86/entry/entry_64.S).
bool begins(const ptrace::Registers& registers) { return static_cast<std::int64_t>(registers.rax) == -ENOSYS; }

}  // namespace

void ImageWatch::enter(const ptrace::Tracee& tracee) {
    pid_ = tracee.id();
    const std::string proc = "/proc/" + std::to_string(pid_);
    if (elf::classify_executable_file(proc + "/exe") != elf::ExecutableKind::kDynamic) { return; }
    const auto auxv = elf::parse_auxv(base::read_file(proc + "/auxv"));
    if (!auxv || auxv->loader_base.is_null()) { return; }
    memory_ = std::make_unique<ptrace::RemoteMemory>(pid_);
    entry_ = auxv->entry;
    loader_.begin = auxv->loader_base;
    const std::vector<elf::MapEntry> maps = elf::read_maps(pid_);
    const auto start = std::find_if(maps.begin(), maps.end(),
                                    [&](const elf::MapEntry& entry) { return entry.begin == auxv->loader_base; });
    for (const elf::MapEntry& entry : maps) {
        if (start != maps.end() && entry.path == start->path) { loader_.end = std::max(loader_.end, entry.end); }
    }
    phase_ = Phase::kLoading;
}

void ImageWatch::resume(ptrace::Tracee& tracee, int signal) const {
    const bool by_calls = phase_ == Phase::kLoading || phase_ == Phase::kUninitialized ||
                          (phase_ == Phase::kInitializing && initialized_kind_ == DetourKind::kSystemCall);
    if (by_calls) {
        tracee.resume_to_system_call(signal);
    } else {
        tracee.resume(signal);
    }
}

ImageEvent ImageWatch::handle(ptrace::Tracee& tracee, const ptrace::WaitStatus& status) {
    if (status.kind() == ptrace::WaitKind::kSystemCall) {
        return handle_system_call(tracee, ptrace::get_registers(tracee));
    }
    if (phase_ == Phase::kUnwatched || !status.is_signal(SIGURG)) { return ImageEvent::kNotOurs; }
    return handle_detour(tracee, ptrace::get_registers(tracee));
}

ImageEvent ImageWatch::handle_system_call(ptrace::Tracee& tracee, const ptrace::Registers& registers) {
    if (begins(registers)) { return ImageEvent::kPassed; }
    switch (phase_) {
        case Phase::kLoading:
            return is_loading(registers) ? ImageEvent::kPassed : examine(tracee);
        case Phase::kUninitialized:
            divert_return(tracee, registers);
            return ImageEvent::kPassed;
        case Phase::kInitializing:
            return RemoteAddr(registers.rip) == initialized_.stop ? check_initialized(tracee, registers)
                                                                  : ImageEvent::kPassed;
        case Phase::kOther:
        case Phase::kUnwatched:
            break;
    }
    return ImageEvent::kPassed;
}

ImageEvent ImageWatch::handle_detour(ptrace::Tracee& tracee, const ptrace::Registers& registers) {
    const RemoteAddr at(registers.rip);
    if (loaded_ && at == loaded_->stop) { return examine_loaded(); }
    if (phase_ == Phase::kInitializing && at == initialized_.stop) { return check_initialized(tracee, registers); }
    return ImageEvent::kNotOurs;
}

cpython::PythonStop ImageWatch::take_stop() {
    phase_ = Phase::kUnwatched;
    cpython::PythonStop stop{std::move(memory_), std::move(*modules_), arrived_};
    modules_.reset();
    return stop;
}

elf::ReadMemory ImageWatch::reader() const {
    const ptrace::RemoteMemory& memory = *memory_;
    return [&memory](RemoteAddr at, void* data, std::size_t size) { return memory.try_read(at, data, size); };
}

elf::Modules ImageWatch::read_modules() const { return {elf::read_maps(pid_), entry_, reader()}; }

bool ImageWatch::is_loading(const ptrace::Registers& registers) const {
    return loader_.begin <= RemoteAddr(registers.rip) && RemoteAddr(registers.rip) < loader_.end;
}

// All libraries that the program names are there, and relocated.
ImageEvent ImageWatch::examine(ptrace::Tracee& tracee) {
    phase_ = Phase::kOther;
    elf::Modules modules = read_modules();
    padding_ = safe_point::TextPadding(reader(), modules, loader_.begin);
    if (const auto initialize = modules.find(kInitialize)) { return await_python(std::move(modules), *initialize); }
    refuse_other_python(tracee, modules);
    if (plugins_ == Plugins::kAwaited) { await_plugin(modules); }
    return ImageEvent::kPassed;
}

// glibc and musl call it before and after they load or unload libraries; it is there for debuggers and empty (glibc's
// elf/dl-debug.c).
void ImageWatch::await_plugin(const elf::Modules& modules) {
    using namespace std::string_view_literals;
    constexpr std::string_view kReturn = "\xc3"sv;
    const auto function = modules.find("_dl_debug_state");
    if (!function || safe_point::has_own_filters(pid_)) { return; }
    loaded_ = padding_.add_detour(*memory_, DetourKind::kSignal, *function, kReturn);
    if (loaded_ && !safe_point::divert_empty_function(*memory_, *function, loaded_->entry)) { loaded_.reset(); }
}

ImageEvent ImageWatch::examine_loaded() {
    if (phase_ != Phase::kOther) { return ImageEvent::kPassed; }
    elf::Modules modules = read_modules();
    const auto initialize = modules.find(kInitialize);
    return initialize ? await_python(std::move(modules), *initialize) : ImageEvent::kPassed;
}

ImageEvent ImageWatch::await_python(elf::Modules modules, RemoteAddr initialize) {
    phase_ = Phase::kUninitialized;
    initialize_ = initialize;
    modules_.emplace(std::move(modules));
    return ImageEvent::kPython;
}

void ImageWatch::divert_return(const ptrace::Tracee& tracee, const ptrace::Registers& registers) {
    const auto found = safe_point::find_return_place(pid_, *memory_, registers, initialize_);
    if (!found) { return; }
    initialized_kind_ = safe_point::choose_detour(tracee.id());
    const auto detour = padding_.add_detour(*memory_, initialized_kind_, found->address);
    if (!detour) { throw base::Error("There is no room for code in the text of the process"); }
    initialized_ = *detour;
    returns_to_ = found->address;
    phase_ = Phase::kInitializing;
    memory_->write(found->place, &detour->entry, sizeof detour->entry);
}

// It may have failed, and may be tried again.
ImageEvent ImageWatch::check_initialized(ptrace::Tracee& tracee, const ptrace::Registers& registers) {
    arrived_ = ptrace::registers_behind(*memory_, registers, returns_to_);
    phase_ = Phase::kUninitialized;
    const auto is_initialized = modules_->find("Py_IsInitialized");
    safe_point::TargetCode code(*modules_, elf::read_maps(pid_), *memory_);
    const ptrace::CallCode calls = code.page(tracee, kCalls).call_code();
    ptrace::SavedRegisters saved(tracee, *memory_, arrived_);
    ptrace::RemoteCall call(tracee, *memory_, saved, calls);
    const bool is = !is_initialized || (call.function(*is_initialized, {}) & 0xffffffffU) != 0;
    return is ? ImageEvent::kArrived : ImageEvent::kPassed;
}

// Py_InitializeFromConfig came with CPython 3.8.
void ImageWatch::refuse_other_python(ptrace::Tracee& tracee, const elf::Modules& modules) const {
    for (const elf::Module& module : modules.all()) {
        if (module.file_name().starts_with("libpypy")) {
            throw base::Error("PyPy is not supported (CPython 3.8 or newer is)");
        }
    }
    const auto get_version = modules.find("Py_GetVersion");
    if (!get_version || !modules.find("Py_Main")) { return; }
    safe_point::TargetCode code(modules, elf::read_maps(pid_), *memory_);
    const ptrace::CallCode calls = code.page(tracee, kCalls).call_code();
    ptrace::SavedRegisters saved(tracee, *memory_);
    ptrace::RemoteCall call(tracee, *memory_, saved, calls);
    throw cpython::unsupported_version(cpython::read_version(*memory_, call, *get_version));
}

void ImageWatch::copy_to(ImageWatch& copy, pid_t child) const {
    if (phase_ == Phase::kUnwatched) { return; }
    copy.memory_ = std::make_unique<ptrace::RemoteMemory>(child);
    copy.pid_ = child;
    copy.phase_ = phase_;
    copy.entry_ = entry_;
    copy.loader_ = loader_;
    copy.padding_ = padding_;
    copy.loaded_ = loaded_;
    copy.initialize_ = initialize_;
    copy.initialized_ = initialized_;
    copy.initialized_kind_ = initialized_kind_;
    copy.returns_to_ = returns_to_;
    copy.modules_ = modules_;
}

}  // namespace memray::pursuit
