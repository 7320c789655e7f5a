// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/python_facts.h"

#include <array>
#include <string_view>

#include "injector/session/python_layout.h"

namespace memray::session {
namespace {

constexpr std::size_t kMaxName = 64;

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
    addresses.code_type = address_of(modules, "PyCode_Type");
    addresses.get_allocator = address_of(modules, "PyMem_GetAllocator");
    addresses.set_allocator = address_of(modules, "PyMem_SetAllocator");
    const std::uint64_t runtime = address_of(modules, "_PyRuntime");
    addresses.finalizing = runtime == 0 || finalizing == 0 ? 0 : runtime + finalizing;
    return addresses;
}

std::string find_allocator(const PythonStop& stop, ptrace::RemoteCall& call) {
    const auto get_name = stop.modules.find("_PyMem_GetCurrentAllocatorName");
    if (!get_name) { return allocator_title(""); }
    const base::RemoteAddr name(call.function(*get_name, {}));
    return allocator_title(name.is_null() ? "" : stop.memory->try_read_string(name, kMaxName).value_or(""));
}

}  // namespace

PythonFacts inspect_python(const PythonStop& stop, ptrace::RemoteCall& call) {
    PythonFacts facts;
    facts.version = find_version(*stop.memory, call, stop.modules);
    if (!facts.version.at_least(3, 8)) { throw unsupported_version(facts.version); }
    const LayoutFacts layout = find_layout(stop, facts.version);
    facts.info.layout = layout.layout;
    facts.info.addresses = find_addresses(stop.modules, layout.finalizing);
    facts.allocator = find_allocator(stop, call);
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
    return "unknown";
}

}  // namespace memray::session
