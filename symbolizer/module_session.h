// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One module opened by libdwfl, with the debug information and symbol tables that belong to it: its own, a file that
// .gnu_debuglink or the build-id leads to, what .gnu_debugdata holds. Reads hostile files: use it in a process that may
// crash (see worker_pool.h).
#pragma once

#include <elfutils/libdwfl.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "symbolizer/function_index.h"
#include "symbolizer/names.h"

namespace memray::symbolizer {

struct ModulePlaces {
    std::string path;         // of the file that is open
    std::string target_path;  // as the target called it
    std::vector<std::string> debug_dirs;
    std::string build_id;
    std::string debug_file;  // a downloaded one; may be empty
};

class ModuleSession {
public:
    // Takes `fd` over. Throws base::Error.
    ModuleSession(int fd, ModulePlaces places);
    ModuleSession(const ModuleSession&) = delete;
    ModuleSession& operator=(const ModuleSession&) = delete;

    [[nodiscard]] capture::SymbolSource source();
    // `address`: as the module's own headers say.
    [[nodiscard]] Names names_at(std::uint64_t address);

private:
    static int find_debug_file(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base,
                               const char* file, const char* link, GElf_Word checksum, char** found);
    void open_debug_information();
    FunctionIndex& functions_of(std::uint32_t unit);
    [[nodiscard]] std::string symbol_at(std::uint64_t address);

    ModulePlaces places_;
    std::string debug_path_;  // as libdwfl wants it
    char* debug_path_data_{nullptr};
    Dwfl_Callbacks callbacks_{};
    std::unique_ptr<Dwfl, void (*)(Dwfl*)> dwfl_;
    Dwfl_Module* module_{nullptr};
    Dwarf_Addr bias_{0};        // of the main file
    Dwarf_Addr debug_bias_{0};  // of the debug information
    std::optional<UnitIndex> units_;
    std::map<std::uint32_t, FunctionIndex> functions_;
};

}  // namespace memray::symbolizer
