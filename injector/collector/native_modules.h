// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The controller's side of the directory of modules: looks what the target has mapped whenever that asks, compiles a
// table for each module that is new, and remembers what each number stands for. Nothing of it is read back from the
// shared memory, where the target could change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/mapped_region.h"
#include "injector/collector/module_files.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/unwind/loaded_modules.h"
#include "injector/unwind/table_cache.h"

namespace memray::collector {

// One entry of the directory.
struct NativeModule {
    capture::Module module;
    std::uint64_t bias{0};
    unwind::ModulePlace place;
    SymbolOrigin origin;
    bool loaded{true};
};

class NativeModules {
public:
    // Does nothing for a region without a directory; `region` must live longer.
    NativeModules(const MappedRegion& region, std::int64_t pid);

    // Whether the target asked and was not answered yet.
    [[nodiscard]] bool are_wanted() const noexcept;
    // Answers the target, if it asked. Whoever waits for that is woken.
    void update();

    // The module with that number of a native word; nullptr if there is none.
    [[nodiscard]] const NativeModule* find(std::uint32_t number) const noexcept {
        return number == 0 || number > modules_.size() ? nullptr : &modules_[number - 1];
    }

    // Puts symbols of those modules of the profile into it whose files are gone.
    void keep_symbols(capture::Profile& profile) const;

private:
    void look();
    bool unload_missing(const std::vector<unwind::ModulePlace>& places);
    bool add(const unwind::ModulePlace& place);
    // Where the table is in the directory, 0 if it found no room.
    std::uint64_t put(const std::vector<std::uint8_t>& table);

    const MappedRegion& region_;
    wire::ModuleDirectory* directory_;
    std::uint64_t used_{wire::kTablesOffset};
    pid_t pid_;
    std::optional<ptrace::RemoteMemory> memory_;
    std::optional<unwind::TableCache> cache_;
    std::size_t held_{0};  // bytes of symbols from memory
    std::vector<NativeModule> modules_;
};

}  // namespace memray::collector
