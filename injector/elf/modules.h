// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The ELF images of a process: its executable first, then the libraries in the order of their addresses. A snapshot:
// libraries loaded later are not in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "injector/elf/image.h"
#include "injector/elf/memory_map.h"

namespace memray::elf {

struct Module {
    std::string path;
    RemoteAddr header;
    Image image;

    // The last part of the path.
    [[nodiscard]] std::string_view file_name() const;
};

class Modules {
public:
    // `entry` is an address inside the executable (AT_ENTRY).
    Modules(const std::vector<MapEntry>& maps, RemoteAddr entry, const ReadMemory& read);

    [[nodiscard]] const std::vector<Module>& all() const noexcept { return modules_; }
    // In the first module that exports it.
    [[nodiscard]] std::optional<RemoteAddr> find(std::string_view symbol) const;
    // In modules whose file name starts with `prefix` only.
    [[nodiscard]] std::optional<RemoteAddr> find_in(std::string_view prefix, std::string_view symbol) const;

private:
    std::vector<Module> modules_;
};

}  // namespace memray::elf
