// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "injector/base/error.h"
#include "injector/heap/python/object_fields.h"

namespace memray::heap {
namespace {

constexpr std::size_t kMostInterpreters = 1'000;

elf::MapEntry entry_of(const Range& range) {
    elf::MapEntry entry;
    entry.begin = range.begin;
    entry.end = range.end;
    entry.offset = range.file_offset;
    entry.readable = range.readable;
    entry.writable = range.writable;
    entry.executable = range.is_file();  // of code that is not in a core nothing says what it was
    entry.path = range.path;
    return entry;
}

elf::Modules modules_of(const Memory& memory) {
    std::vector<elf::MapEntry> maps;
    std::transform(memory.ranges().begin(), memory.ranges().end(), std::back_inserter(maps), entry_of);
    return {maps, RemoteAddr(), memory.reader()};
}

std::optional<unsigned> number(std::string_view& text) {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 3 && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
        value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    }
    text.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional(value);
}

// "3.9.18 (default, ..." as Python/getversion.c makes it for sys.version.
std::optional<std::uint32_t> version_in(std::string_view text) {
    if (!text.starts_with("3.")) { return std::nullopt; }
    text.remove_prefix(2);
    const auto minor = number(text);
    if (!minor || !text.starts_with('.')) { return std::nullopt; }
    text.remove_prefix(1);
    const auto micro = number(text);
    if (!micro || !(text.starts_with(" (") || text.starts_with("+ ("))) { return std::nullopt; }
    return (3U << 24U) | (*minor << 16U) | (*micro << 8U) | 0xf0U;
}

// Before Py_Version came with 3.11 the version stands in a static buffer only.
std::optional<std::uint32_t> version_in_data(const Memory& memory, const Runtime& runtime) {
    for (const StaticRange& range : runtime.data) {
        const std::size_t size = range.end - range.begin;
        const auto* bytes = reinterpret_cast<const char*>(memory.view(range.begin, size));
        if (bytes == nullptr) { continue; }
        const std::string_view data(bytes, size);
        for (std::size_t at = data.find("3."); at != std::string_view::npos; at = data.find("3.", at + 1)) {
            if (const auto version = version_in(data.substr(at, 32))) { return version; }
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> find_version(const Memory& memory, const Runtime& runtime) {
    if (const auto version = runtime.modules.find("Py_Version")) { return memory.get<std::uint32_t>(*version); }
    return version_in_data(memory, runtime);
}

// _Py_DebugOffsets.free_threaded, 3.13 and later.
bool is_free_threaded(const Memory& memory, const Runtime& runtime) {
    constexpr std::uint64_t kFreeThreaded = 16;
    return runtime.layout->at_least(13) && memory.word(runtime.runtime + kFreeThreaded) == 1;
}

void find_interpreters(const Memory& memory, Runtime& runtime) {
    RemoteAddr next(memory.word(runtime.runtime + runtime.layout->interpreters_head));
    const auto is_known = [&runtime](RemoteAddr address) {
        return std::find(runtime.interpreters.begin(), runtime.interpreters.end(), address) !=
               runtime.interpreters.end();
    };
    while (!next.is_null() && runtime.interpreters.size() < kMostInterpreters && !is_known(next)) {
        const Range* range = memory.range_at(next);
        if (range == nullptr || !range->writable) { break; }
        runtime.interpreters.push_back(next);
        next = RemoteAddr(memory.word(next + runtime.layout->interpreter_next));
    }
}

// The type of types is its own type, is ready, and its instances are as large as its version has them.
bool is_plausible(const Memory& memory, const Runtime& runtime) {
    constexpr std::uint64_t kSlotsOfHeapType = 8;  // what is behind ht_cached_keys at least
    const std::uint64_t size = memory.word(runtime.type_type + kTypeBasicSize);
    return memory.word(runtime.type_type + kObType) == runtime.type_type.value() &&
           size >= runtime.layout->ht_cached_keys + kSlotsOfHeapType && size <= runtime.layout->ht_cached_keys + 64;
}

base::Error unknown_version(const Runtime& runtime) {
    return base::Error(fmt::format("The heap of CPython {} is not known to this version of memray (3.8 to 3.15 are)",
                                   runtime.version_text()));
}

}  // namespace

std::string Runtime::version_text() const {
    return fmt::format("{}.{}.{}", hex_version >> 24U, (hex_version >> 16U) & 0xffU, (hex_version >> 8U) & 0xffU);
}

Runtime find_runtime(const Memory& memory) {
    Runtime found{modules_of(memory), StaticMemory(memory)};
    const auto runtime = found.modules.find("_PyRuntime");
    const auto type_type = found.modules.find("PyType_Type");
    if (!runtime || !type_type) { throw base::Error("There is no CPython 3.8 or later in this process"); }
    found.runtime = *runtime;
    found.type_type = *type_type;
    found.data = found.statics.of_image(*type_type);
    const auto version = find_version(memory, found);
    if (!version) { throw base::Error("The version of the CPython in this process cannot be told"); }
    found.hex_version = *version;
    found.layout = (*version >> 24U) == 3 ? heap_layout((*version >> 16U) & 0xffU) : nullptr;
    if (found.layout == nullptr) { throw unknown_version(found); }
    if (is_free_threaded(memory, found)) {
        throw base::Error("The heap of a CPython without GIL (free-threaded) cannot be read yet");
    }
    if (!is_plausible(memory, found)) { throw base::Error("This build of CPython lays its types out in its own way"); }
    find_interpreters(memory, found);
    if (found.interpreters.empty()) { throw base::Error("CPython is not initialised in this process"); }
    return found;
}

}  // namespace memray::heap
