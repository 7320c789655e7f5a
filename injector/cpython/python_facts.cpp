// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/python_facts.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "injector/base/file.h"
#include "injector/cpython/attribute_layout.h"
#include "injector/cpython/python_layout.h"
#include "injector/elf/memory_map.h"

namespace memray::cpython {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr const char* kUnknown = "unknown";

std::uint64_t address_of(const elf::Modules& modules, std::string_view symbol) {
    const auto address = modules.find(symbol);
    return address ? address->value() : 0;
}

LayoutFacts find_layout(const PythonStop& stop, PythonVersion version) {
    if (!version.at_least(3, 13)) { return layout_from_table(version); }
    const auto runtime = stop.modules.find("_PyRuntime");
    return layout_from_debug_offsets(version, [&](std::size_t offset) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        if (!runtime || !stop.memory->try_read(*runtime + offset, &value, sizeof value)) { return std::nullopt; }
        return value;
    });
}

wire::PythonAddresses find_addresses(const elf::Modules& modules, std::uint64_t finalizing) {
    wire::PythonAddresses addresses;
    addresses.get_this_thread_state = address_of(modules, "PyGILState_GetThisThreadState");
    addresses.get_current_thread_state = address_of(modules, "PyThreadState_GetUnchecked");
    if (addresses.get_current_thread_state == 0) {
        addresses.get_current_thread_state = address_of(modules, "_PyThreadState_UncheckedGet");
    }
    addresses.code_type = address_of(modules, "PyCode_Type");
    addresses.get_allocator = address_of(modules, "PyMem_GetAllocator");
    addresses.set_allocator = address_of(modules, "PyMem_SetAllocator");
    const std::uint64_t runtime = address_of(modules, "_PyRuntime");
    addresses.finalizing = runtime == 0 || finalizing == 0 ? 0 : runtime + finalizing;
    return addresses;
}

// The mapping that the interpreter's functions are in, as one of them is.
void add_code(wire::PythonAddresses& addresses, pid_t pid) {
    const base::RemoteAddr function(addresses.get_allocator);
    const auto code = elf::find_mapping("/proc/" + std::to_string(pid) + "/maps", function);
    if (function.is_null() || !code) { return; }
    addresses.code = code->begin.value();
    addresses.code_size = code->end.value() - code->begin.value();
}

std::string find_allocator(const PythonStop& stop, ptrace::RemoteCall& call) {
    const auto get_name = stop.modules.find("_PyMem_GetCurrentAllocatorName");
    if (!get_name) { return allocator_title(""); }
    const base::RemoteAddr name(call.function(*get_name, {}));
    return allocator_title(name.is_null() ? "" : stop.memory->try_read_string(name, kMaxName).value_or(""));
}

// CPython does not know its allocator any more where somebody has wrapped it, as tracemalloc does. Without GIL it has
// only the one.
std::string known_allocator(std::string found, pid_t pid, bool free_threaded) {
    if (found != kUnknown) { return found; }
    if (free_threaded) { return allocator_title("mimalloc"); }
    const auto environment = base::try_read_file("/proc/" + std::to_string(pid) + "/environ");
    return allocator_title(allocator_asked_for(environment.value_or("")));
}

}  // namespace

PythonFacts inspect_python(pid_t pid, const PythonStop& stop, ptrace::RemoteCall& call) {
    PythonFacts facts;
    facts.version = find_version(*stop.memory, call, stop.modules);
    if (!facts.version.at_least(3, 8)) { throw unsupported_version(facts.version); }
    const LayoutFacts layout = find_layout(stop, facts.version);
    facts.info.layout = layout.layout;
    if (facts.info.layout.model != wire::FrameModel::kNone) { add_attributes(facts.info.layout, facts.version); }
    facts.info.addresses = find_addresses(stop.modules, layout.finalizing);
    add_code(facts.info.addresses, pid);
    facts.allocator = known_allocator(find_allocator(stop, call), pid, layout.layout.free_threaded != 0);
    facts.bypasses_malloc = facts.allocator.starts_with("mimalloc");
    return facts;
}

std::string allocator_title(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTitles{{
        {"pymalloc", "pymalloc"},
        {"pymalloc_debug", "pymalloc debug"},
        {"malloc", "malloc"},
        {"malloc_debug", "malloc debug"},
        {"mimalloc", "mimalloc"},
        {"mimalloc_debug", "mimalloc debug"},
    }};
    for (const auto& [known, title] : kTitles) {
        if (name == known) { return std::string(title); }
    }
    return kUnknown;
}

std::string allocator_asked_for(std::string_view environment) {
    constexpr std::string_view kVariable = "PYTHONMALLOC=";
    for (std::size_t begin = 0; begin < environment.size();) {
        const std::size_t end = std::min(environment.find('\0', begin), environment.size());
        const std::string_view entry = environment.substr(begin, end - begin);
        if (entry.starts_with(kVariable)) { return std::string(entry.substr(kVariable.size())); }
        begin = end + 1;
    }
    return {};
}

}  // namespace memray::cpython
