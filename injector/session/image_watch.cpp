// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/image_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/elf/executable_file.h"
#include "injector/elf/memory_map.h"
#include "injector/ptrace/remote_call.h"
#include "injector/session/python_version.h"
#include "injector/session/target_code.h"

namespace memray::session {
namespace {

constexpr const char* kRunMain = "Py_RunMain";
constexpr std::chrono::seconds kCalls{10};

void step_back(const ptrace::Tracee& tracee, base::RemoteAddr address) {
    ptrace::Registers registers = ptrace::get_registers(tracee);
    registers.rip = address.value();
    ptrace::set_registers(tracee, registers);
}

// From a function that does nothing.
void return_at_once(const ptrace::Tracee& tracee, const ptrace::RemoteMemory& memory) {
    ptrace::Registers registers = ptrace::get_registers(tracee);
    registers.rip = memory.read<base::RemoteAddr>(base::RemoteAddr(registers.rsp)).value();
    registers.rsp += sizeof registers.rip;
    ptrace::set_registers(tracee, registers);
}

bool does_nothing(const ptrace::RemoteMemory& memory, base::RemoteAddr function) {
    constexpr unsigned char kRet = 0xc3;
    constexpr std::array<unsigned char, 4> kEndbr64{0xf3, 0x0f, 0x1e, 0xfa};
    const bool is_marked = memory.read<std::array<unsigned char, 4>>(function) == kEndbr64;
    return memory.read<unsigned char>(is_marked ? function + kEndbr64.size() : function) == kRet;
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
    entry_ = auxv->entry;
    plant(entry_, Role::kEntry);
}

ImageEvent ImageWatch::handle(ptrace::Tracee& tracee, const ptrace::WaitStatus& status) {
    const auto hit = std::find_if(planted_.begin(), planted_.end(),
                                  [&](const Planted& planted) { return planted.breakpoint.hit_by(tracee, status); });
    if (hit == planted_.end()) { return ImageEvent::kNotOurs; }
    const base::RemoteAddr address = hit->breakpoint.address();
    const Role role = hit->role;
    if (role == Role::kLoaded) { return examine_loaded(tracee, hit); }
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
        case Role::kLoaded:
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

elf::Modules ImageWatch::read_modules() const {
    const ptrace::RemoteMemory& memory = *memory_;
    return {elf::read_maps(pid_), entry_,
            [&memory](base::RemoteAddr at, void* data, std::size_t size) { return memory.try_read(at, data, size); }};
}

// At the entry point: all libraries that the program names are loaded.
ImageEvent ImageWatch::examine(ptrace::Tracee& tracee) {
    elf::Modules modules = read_modules();
    if (const auto run_main = modules.find(kRunMain)) { return await_python(std::move(modules), *run_main); }
    refuse_other_python(tracee, modules);
    if (keeper_ != nullptr) { await_plugin(modules); }
    return ImageEvent::kOther;
}

// glibc and musl call it before and after they load or unload libraries; it is there for debuggers and empty (glibc's
// elf/dl-debug.c). The loader's lock is held: one thread at a time comes along.
void ImageWatch::await_plugin(const elf::Modules& modules) {
    const auto function = modules.find("_dl_debug_state");
    if (function && does_nothing(*memory_, *function)) { plant(*function, Role::kLoaded); }
}

// A library may be mapped but not relocated yet: nothing in it may be called.
ImageEvent ImageWatch::examine_loaded(const ptrace::Tracee& tracee, std::list<Planted>::iterator hit) {
    elf::Modules modules = read_modules();
    const auto run_main = modules.find(kRunMain);
    return_at_once(tracee, *memory_);
    if (!run_main) { return ImageEvent::kOther; }
    remove(hit);
    return await_python(std::move(modules), *run_main);
}

ImageEvent ImageWatch::await_python(elf::Modules modules, base::RemoteAddr run_main) {
    plant(run_main, Role::kRunMain);
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
    ptrace::Registers registers = ptrace::get_registers(tracee);
    registers.rip = address.value();
    TargetCode code(*modules_, elf::read_maps(pid_), *memory_);
    const ptrace::CallCode calls = code.page(tracee, kCalls).call_code();
    ptrace::SavedRegisters saved(tracee, *memory_, registers);
    ptrace::RemoteCall call(tracee, *memory_, saved, calls);
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
    TargetCode code(modules, elf::read_maps(pid_), *memory_);
    const ptrace::CallCode calls = code.page(tracee, kCalls).call_code();
    ptrace::SavedRegisters saved(tracee, *memory_);
    ptrace::RemoteCall call(tracee, *memory_, saved, calls);
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

void ImageWatch::copy_to(ImageWatch& copy, pid_t child) const {
    if (planted_.empty()) { return; }
    copy.pid_ = child;
    copy.memory_ = std::make_unique<ptrace::RemoteMemory>(child);
    copy.entry_ = entry_;
    copy.modules_ = modules_;
    for (const Planted& planted : planted_) { planted.breakpoint.clean_copy(*copy.memory_); }
    for (const Planted& planted : planted_) { copy.plant(planted.breakpoint.address(), planted.role); }
}

}  // namespace memray::session
