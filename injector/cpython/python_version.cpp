// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/python_version.h"

#include <array>
#include <charconv>

namespace memray::cpython {
namespace {

constexpr std::size_t kMaxVersionText = 256;
constexpr std::uint32_t kFinal = 0xf;

// Takes a number below 256 off the front.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value > 0xff) { return std::nullopt; }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::uint32_t take_level(std::string_view& text) {
    constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> kLevels{{{"a", 0xa}, {"b", 0xb}, {"rc", 0xc}}};
    for (const auto& [name, level] : kLevels) {
        if (text.starts_with(name)) {
            text.remove_prefix(name.size());
            return level;
        }
    }
    return kFinal;
}

}  // namespace

std::string PythonVersion::text() const {
    std::string result =
        std::to_string(major()) + "." + std::to_string(minor()) + "." + std::to_string((hex >> 8U) & 0xffU);
    const std::uint32_t level = (hex >> 4U) & 0xfU;
    if (level == kFinal) { return result; }
    const char* name = level == 0xa ? "a" : level == 0xb ? "b" : "rc";
    return result + name + std::to_string(hex & 0xfU);
}

std::optional<PythonVersion> parse_version(std::string_view text) {
    std::uint32_t hex = 0;
    for (int part = 0; part < 3; ++part) {
        if (part > 0) {
            if (!text.starts_with('.')) { return std::nullopt; }
            text.remove_prefix(1);
        }
        const auto number = take_number(text);
        if (!number) { return std::nullopt; }
        hex = (hex << 8U) | *number;
    }
    const std::uint32_t level = take_level(text);
    const std::uint32_t serial = level == kFinal ? 0 : take_number(text).value_or(0) & 0xfU;
    return PythonVersion{(hex << 8U) | (level << 4U) | serial};
}

PythonVersion read_version(const ptrace::RemoteMemory& memory, ptrace::RemoteCall& call, base::RemoteAddr get_version) {
    const base::RemoteAddr text_at(call.function(get_version, {}));
    const auto text = memory.try_read_string(text_at, kMaxVersionText);
    const auto version = text ? parse_version(*text) : std::nullopt;
    if (!version) {
        throw base::Error("Could not find out which Python the target is: " + text.value_or("no version"));
    }
    return *version;
}

PythonVersion find_version(const ptrace::RemoteMemory& memory, ptrace::RemoteCall& call, const elf::Modules& modules) {
    if (const auto variable = modules.find("Py_Version")) { return {memory.read<std::uint32_t>(*variable)}; }
    const auto get_version = modules.find("Py_GetVersion");
    if (!get_version) { throw base::Error("Could not find out which Python the target is: no Py_GetVersion"); }
    return read_version(memory, call, *get_version);
}

base::Error unsupported_version(PythonVersion version) {
    return base::Error("CPython " + version.text() + " is not supported (3.8 or newer is)");
}

}  // namespace memray::cpython
