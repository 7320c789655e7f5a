// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/module_session.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstring>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"
#include "symbolizer/build_id.h"
#include "symbolizer/function_name.h"

namespace memray::symbolizer {
namespace {

using capture::SymbolSource;

struct SectionKinds {
    bool symbols{false};
    bool mini_debug_info{false};
};

SectionKinds sections_of(Elf* elf) {
    SectionKinds kinds;
    std::size_t names = 0;
    if (elf == nullptr || ::elf_getshdrstrndx(elf, &names) != 0) { return kinds; }
    Elf_Scn* section = nullptr;
    while ((section = ::elf_nextscn(elf, section)) != nullptr) {
        GElf_Shdr header;
        if (::gelf_getshdr(section, &header) == nullptr) { continue; }
        if (header.sh_type == SHT_SYMTAB) { kinds.symbols = true; }
        const char* name = ::elf_strptr(elf, names, header.sh_name);
        if (name != nullptr && std::strcmp(name, ".gnu_debugdata") == 0) { kinds.mini_debug_info = true; }
    }
    return kinds;
}

bool has_build_id(const std::string& path, const std::string& build_id) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    try {
        return fd && build_id_of(fd.get()) == build_id;
    } catch (const base::Error&) { return false; }
}

}  // namespace

ModuleSession::ModuleSession(int fd, ModulePlaces places)
    : places_(std::move(places)),
      // "+": check what a link leads to; "": beside the file.
      debug_path_("+::.debug:" + fmt::format("{}", fmt::join(places_.debug_dirs, ":"))),
      debug_path_data_(debug_path_.data()),
      dwfl_(nullptr, ::dwfl_end) {
    // libdwfl checks what it finds itself, not what it is given.
    if (!has_build_id(places_.debug_file, places_.build_id)) { places_.debug_file.clear(); }
    callbacks_.find_elf = ::dwfl_build_id_find_elf;
    callbacks_.find_debuginfo = find_debug_file;
    callbacks_.section_address = ::dwfl_offline_section_address;
    callbacks_.debuginfo_path = &debug_path_data_;
    dwfl_.reset(::dwfl_begin(&callbacks_));
    ::dwfl_report_begin(dwfl_.get());
    module_ = ::dwfl_report_elf(dwfl_.get(), "module", places_.path.c_str(), fd, 0, true);
    if (module_ == nullptr) {
        ::close(fd);
        throw base::Error(fmt::format("reading {}: {}", places_.path, ::dwfl_errmsg(-1)));
    }
    ::dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    void** userdata = nullptr;
    ::dwfl_module_info(module_, &userdata, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    *userdata = this;
    if (::dwfl_module_getelf(module_, &bias_) == nullptr) {
        throw base::Error(fmt::format("reading {}: {}", places_.path, ::dwfl_errmsg(-1)));
    }
    open_debug_information();
}

int ModuleSession::find_debug_file(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base,
                                   const char* file, const char* link, GElf_Word checksum, char** found) {
    const auto& self = *static_cast<const ModuleSession*>(*userdata);
    if (!self.places_.debug_file.empty()) { return ::open(self.places_.debug_file.c_str(), O_RDONLY | O_CLOEXEC); }
    const int fd = ::dwfl_standard_find_debuginfo(module, userdata, name, base, file, link, checksum, found);
    if (fd >= 0) { return fd; }
    // Below the debug directories, files have the folders that the target knows.
    return ::dwfl_standard_find_debuginfo(module, userdata, name, base, self.places_.target_path.c_str(), link,
                                          checksum, found);
}

void ModuleSession::open_debug_information() {
    Dwarf* dwarf = ::dwfl_module_getdwarf(module_, &debug_bias_);
    if (dwarf == nullptr) { return; }
    units_.emplace(dwarf);
    if (units_->empty()) { units_.reset(); }
}

SymbolSource ModuleSession::source() {
    if (units_) { return SymbolSource::kDebugInformation; }
    if (::dwfl_module_getsymtab(module_) <= 1) { return SymbolSource::kNone; }
    Dwarf_Addr bias = 0;
    const SectionKinds kinds = sections_of(::dwfl_module_getelf(module_, &bias));
    if (kinds.symbols) { return SymbolSource::kSymbolTable; }
    return kinds.mini_debug_info ? SymbolSource::kMiniDebugInfo : SymbolSource::kDynamicSymbols;
}

FunctionIndex& ModuleSession::functions_of(std::uint32_t unit) {
    const auto found = functions_.find(unit);
    return found != functions_.end() ? found->second : functions_.try_emplace(unit, units_->unit(unit)).first->second;
}

std::string ModuleSession::symbol_at(std::uint64_t address) {
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char* name = ::dwfl_module_addrinfo(module_, address + bias_, &offset, &symbol, nullptr, nullptr, nullptr);
    return name == nullptr ? "" : demangled(name);
}

Names ModuleSession::names_at(std::uint64_t address) {
    const Dwarf_Addr debug_address = address + bias_ - debug_bias_;
    const auto unit = units_ ? units_->find(debug_address) : std::nullopt;
    Names names = unit ? functions_of(*unit).find(debug_address) : Names{};
    if (names.empty()) { names.emplace_back(); }
    // A function without name, or one in assembly, that debug information has lines of but no entry.
    if (names.front().function.empty()) { names.front().function = symbol_at(address); }
    if (unit) { functions_of(*unit).add_place(names.back(), debug_address); }
    std::erase_if(names, [](const Name& name) { return name.function.empty(); });
    return names;
}

}  // namespace memray::symbolizer
