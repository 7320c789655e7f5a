// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/modules.h"

#include <algorithm>
#include <set>

namespace memray::elf {
namespace {

std::set<std::string> paths_with_code(const std::vector<MapEntry>& maps) {
    std::set<std::string> paths;
    for (const MapEntry& entry : maps) {
        if (entry.executable && entry.path.starts_with('/')) { paths.insert(entry.path); }
    }
    return paths;
}

std::string path_at(const std::vector<MapEntry>& maps, RemoteAddr address) {
    for (const MapEntry& entry : maps) {
        if (entry.begin <= address && address < entry.end) { return entry.path; }
    }
    return {};
}

}  // namespace

std::string_view Module::file_name() const {
    return std::string_view(path).substr(path.find_last_of('/') + 1);  // npos + 1 is 0
}

Modules::Modules(const std::vector<MapEntry>& maps, RemoteAddr entry, const ReadMemory& read) {
    std::set<std::string> candidates = paths_with_code(maps);
    for (const MapEntry& map : maps) {
        if (map.offset != 0 || !map.readable || candidates.erase(map.path) == 0) { continue; }
        if (auto image = Image::try_read(map.begin, read)) {
            modules_.push_back({map.path, map.begin, std::move(*image)});
        }
    }
    const std::string executable = path_at(maps, entry);
    std::stable_partition(modules_.begin(), modules_.end(),
                          [&](const Module& module) { return module.path == executable; });
}

std::optional<RemoteAddr> Modules::find(std::string_view symbol) const { return find_in("", symbol); }

std::optional<RemoteAddr> Modules::find_in(std::string_view prefix, std::string_view symbol) const {
    for (const Module& module : modules_) {
        if (!module.file_name().starts_with(prefix)) { continue; }
        if (const auto address = module.image.find(symbol)) { return address; }
    }
    return std::nullopt;
}

}  // namespace memray::elf
