// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/code_map.h"

#include <map>

namespace memray::safe_point {
namespace {

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    for (const std::string_view prefix : prefixes) {
        if (name.starts_with(prefix)) { return true; }
    }
    return false;
}

CodeKind kind_of(const elf::Module& module) {
    const std::string_view name = module.file_name();
    // musl's loader is its C library.
    if (starts_with_any(name, {"libc.so", "libc-2", "libc.musl", "libpthread", "ld-musl"})) { return CodeKind::kLibc; }
    if (name.starts_with("ld-linux") || name.starts_with("ld-2")) { return CodeKind::kLoader; }
    // An interpreter with an allocator linked into it would never be left.
    const bool allocates = module.image.find("malloc").has_value() && !module.image.find("Py_IsInitialized");
    return allocates ? CodeKind::kAllocator : CodeKind::kOther;
}

}  // namespace

CodeMap::CodeMap(const std::vector<elf::MapEntry>& maps, const elf::Modules& modules) {
    std::map<std::string, CodeKind> kinds{{"[vdso]", CodeKind::kLibc}};
    for (const elf::Module& module : modules.all()) {
        const CodeKind kind = kind_of(module);
        kinds.emplace(module.path, kind);
        if (kind != CodeKind::kLibc) { continue; }
        for (const char* name :
             {"sem_wait", "sem_timedwait", "sem_clockwait", "pthread_cond_wait", "pthread_cond_timedwait",
              "pthread_cond_clockwait", "pthread_join", "pthread_timedjoin_np", "pthread_clockjoin_np"}) {
            for (const base::RemoteAddr address : module.image.find_all(name)) {
                waiting_functions_.insert(address.value());
            }
        }
    }
    for (const elf::MapEntry& map : maps) {
        const auto kind = kinds.find(map.path);
        if (!map.executable || kind == kinds.end() || kind->second == CodeKind::kOther) { continue; }
        ranges_.push_back({map.begin, map.end, kind->second});
    }
}

CodeKind CodeMap::kind_at(base::RemoteAddr address) const {
    for (const Range& range : ranges_) {
        if (range.begin <= address && address < range.end) { return range.kind; }
    }
    return CodeKind::kOther;
}

}  // namespace memray::safe_point
