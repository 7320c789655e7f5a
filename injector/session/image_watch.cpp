// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/image_watch.h"

#include <algorithm>
#include <string>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/elf/executable_file.h"
#include "injector/elf/memory_map.h"
#include "injector/ptrace/remote_call.h"
#include "injector/session/python_version.h"

namespace memray::session {
namespace {

void step_back(const ptrace::Tracee& tracee, base::RemoteAddr address) {
    ptrace::Registers registers = ptrace::get_registers(tracee);
    registers.rip = address.value();
    ptrace::set_registers(tracee, registers);
}

// The file that code at that address comes from.
std::string file_at(pid_t pid, base::RemoteAddr address) {
    for (const elf::MapEntry& entry : elf::read_maps(pid)) {
        if (entry.begin <= address && address < entry.end) { return entry.path; }
    }
    return {};
}

}  // namespace

ImageWatch::~ImageWatch() {
    if (keeper_ != nullptr) { keeper_->drop(pid_); }
}

void ImageWatch::enter(const ptrace::Tracee& tracee) {
    forget_all();
    modules_.reset();
    memory_.reset();
    pid_ = tracee.id();
    const std::string proc = "/proc/" + std::to_string(pid_);
    if (elf::classify_executable_file(proc + "/exe") != elf::ExecutableKind::kDynamic) { return; }
    const auto auxv = elf::parse_auxv(base::read_file(proc + "/auxv"));
    if (!auxv || auxv->loader_base.is_null()) { return; }
    memory_ = std::make_unique<ptrace::RemoteMemory>(pid_);
    plant(auxv->entry, Role::kEntry);
}

ImageEvent ImageWatch::handle(ptrace::Tracee& tracee, const ptrace::WaitStatus& status) {
    const auto hit = std::find_if(planted_.begin(), planted_.end(),
                                  [&](const Planted& planted) { return planted.breakpoint.hit_by(tracee, status); });
    if (hit == planted_.end()) { return ImageEvent::kNotOurs; }
    const base::RemoteAddr address = hit->breakpoint.address();
    const Role role = hit->role;
    remove(hit);
    switch (role) {
        case Role::kEntry:
            step_back(tracee, address);
            return examine(tracee);
        case Role::kInitialize:
            step_back(tracee, address);
            return pass_initialize(tracee, address);
        case Role::kInitialized:
            return check_initialized(tracee, address);
        case Role::kRunMain:
            break;
    }
    arrived_at_ = address;
    return ImageEvent::kArrived;
}

PythonStop ImageWatch::take_stop() {
    remove_all();
    PythonStop stop{std::move(memory_), std::move(*modules_), arrived_at_};
    modules_.reset();
    return stop;
}

// At the entry point: all libraries that the program names are loaded.
ImageEvent ImageWatch::examine(ptrace::Tracee& tracee) {
    const ptrace::RemoteMemory& memory = *memory_;
    elf::Modules modules(
        elf::read_maps(pid_), base::RemoteAddr(ptrace::get_registers(tracee).rip),
        [&memory](base::RemoteAddr at, void* data, std::size_t size) { return memory.try_read(at, data, size); });
    const auto run_main = modules.find("Py_RunMain");
    if (!run_main) {
        refuse_other_python(tracee, modules);
        return ImageEvent::kOther;
    }
    plant(*run_main, Role::kRunMain);
    for (const char* name : {"Py_Initialize", "Py_InitializeEx", "Py_InitializeFromConfig"}) {
        if (const auto function = modules.find(name)) { plant(*function, Role::kInitialize); }
    }
    modules_.emplace(std::move(modules));
    return ImageEvent::kPython;
}

// Called from elsewhere in CPython it is `python`, which comes to Py_RunMain, or one of these calling the next.
ImageEvent ImageWatch::pass_initialize(const ptrace::Tracee& tracee, base::RemoteAddr function) {
    const auto caller = memory_->read<base::RemoteAddr>(base::RemoteAddr(ptrace::get_registers(tracee).rsp));
    if (file_at(pid_, caller) != file_at(pid_, function)) { plant(caller, Role::kInitialized); }
    return ImageEvent::kPython;
}

ImageEvent ImageWatch::check_initialized(ptrace::Tracee& tracee, base::RemoteAddr address) {
    const auto is_initialized = modules_->find("Py_IsInitialized");
    ptrace::SavedRegisters saved(tracee);
    saved.set_program_counter(address);
    ptrace::RemoteCall call(tracee, *memory_, saved);
    if (is_initialized && (call.function(*is_initialized, {}) & 0xffffffffU) == 0) { return ImageEvent::kOther; }
    arrived_at_ = address;
    return ImageEvent::kArrived;
}

// Py_RunMain came with CPython 3.8.
void ImageWatch::refuse_other_python(ptrace::Tracee& tracee, const elf::Modules& modules) const {
    for (const elf::Module& module : modules.all()) {
        if (module.file_name().starts_with("libpypy")) {
            throw base::Error("PyPy is not supported (CPython 3.8 or newer is)");
        }
    }
    const auto get_version = modules.find("Py_GetVersion");
    if (!get_version || !modules.find("Py_Main")) { return; }
    ptrace::SavedRegisters saved(tracee);
    ptrace::RemoteCall call(tracee, *memory_, saved);
    throw unsupported_version(read_version(*memory_, call, *get_version));
}

void ImageWatch::plant(base::RemoteAddr address, Role role) {
    for (const Planted& planted : planted_) {
        if (planted.breakpoint.address() == address) { return; }
    }
    if (keeper_ != nullptr) { keeper_->keep(pid_, address, memory_->read<unsigned char>(address)); }
    planted_.emplace_back(*memory_, address, role);
}

void ImageWatch::remove(std::list<Planted>::iterator planted) {
    planted->breakpoint.remove();
    if (keeper_ != nullptr) { keeper_->drop(pid_, planted->breakpoint.address()); }
    planted_.erase(planted);
}

void ImageWatch::remove_all() {
    while (!planted_.empty()) { remove(planted_.begin()); }
}

// They are gone with the program that they were in.
void ImageWatch::forget_all() noexcept {
    for (Planted& planted : planted_) { planted.breakpoint.forget(); }
    planted_.clear();
    if (keeper_ != nullptr) { keeper_->drop(pid_); }
}

void ImageWatch::clean_copy(pid_t copy) const {
    if (planted_.empty()) { return; }
    const ptrace::RemoteMemory memory(copy);
    for (const Planted& planted : planted_) { planted.breakpoint.clean_copy(memory); }
}

}  // namespace memray::session
