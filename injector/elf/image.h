// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One ELF image (executable or shared library) as it lies in the memory of a process: finds the symbols it exports
// through its dynamic section and hash table. No file is read: the one that was mapped may be in another mount
// namespace, replaced or deleted. The memory may say anything; every size and loop is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "injector/elf/dynamic_tables.h"
#include "injector/elf/read_memory.h"

namespace memray::elf {

class Image {
public:
    // The image whose ELF header is at `header`; nothing if there is none for x86-64, or it exports nothing.
    static std::optional<Image> try_read(RemoteAddr header, ReadMemory read);

    // Address of an exported function or object. Nothing for undefined, thread-local and indirect (IFUNC) symbols.
    [[nodiscard]] std::optional<RemoteAddr> find(std::string_view name) const;
    // The same, of all versions of that symbol.
    [[nodiscard]] std::vector<RemoteAddr> find_all(std::string_view name) const;

private:
    Image(ReadMemory read, RemoteAddr bias, const DynamicTables& tables)
        : read_(std::move(read)), bias_(bias), tables_(tables) {}
    template <typename T>
    [[nodiscard]] std::optional<T> try_get(RemoteAddr address) const;
    // `found` returns whether to go on.
    using Found = std::function<bool(RemoteAddr)>;
    void visit(std::string_view name, const Found& found) const;
    void visit_gnu_hash(std::string_view name, const Found& found) const;
    void visit_sysv_hash(std::string_view name, const Found& found) const;
    // The address of symbol `index` if that is its name and it can be used.
    [[nodiscard]] std::optional<RemoteAddr> match(std::uint32_t index, std::string_view name) const;

    ReadMemory read_;
    RemoteAddr bias_;
    DynamicTables tables_;
};

}  // namespace memray::elf
