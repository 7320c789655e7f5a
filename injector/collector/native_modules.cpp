// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/native_modules.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "injector/base/error.h"

namespace memray::collector {
namespace {

using unwind::ModulePlace;

constexpr std::string_view kDeletedSuffix = " (deleted)";
constexpr std::size_t kMostKept = std::size_t{16} << 20U;  // bytes of symbols in a capture

capture::Module describe(pid_t pid, const ModulePlace& place, const std::string& build_id) {
    capture::Module module;
    module.path = place.path;
    module.build_id = build_id;
    const unwind::FileFacts facts = unwind::file_facts(pid, place);
    module.file_size = facts.size;
    module.modified_ns = facts.modified_ns;
    if (place.path == "[vdso]") { module.kind = capture::ModuleKind::kVdso; }
    if (place.path.ends_with(kDeletedSuffix)) {
        module.kind = capture::ModuleKind::kDeleted;
        module.path.resize(module.path.size() - kDeletedSuffix.size());
    }
    return module;
}

bool is_loader(const ModulePlace& place) {
    const std::string_view name = std::string_view(place.path).substr(place.path.find_last_of('/') + 1);
    return name.starts_with("ld-linux") || name.starts_with("ld-musl") || name.starts_with("ld-2.");
}

}  // namespace

NativeModules::NativeModules(const MappedRegion& region, std::int64_t pid)
    : region_(region), directory_(region.directory()), pid_(static_cast<pid_t>(pid)) {}

bool NativeModules::are_wanted() const noexcept {
    if (directory_ == nullptr) { return false; }
    const std::uint32_t wanted = directory_->wanted.load(std::memory_order_acquire);
    return !wire::is_answered(wanted, directory_->answered.load(std::memory_order_relaxed));
}

void NativeModules::update() {
    if (!are_wanted()) { return; }
    const std::uint32_t wanted = directory_->wanted.load(std::memory_order_acquire);
    try {
        look();
    } catch (const base::Error&) {
        // It has ended, or may not be looked at any more: its stacks are cut, and counted.
    }
    // Release: whoever sees the answer sees the entries.
    directory_->answered.store(wanted + 1, std::memory_order_release);
    ::syscall(SYS_futex, &directory_->answered, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void NativeModules::look() {
    if (!memory_) { memory_.emplace(pid_); }
    if (!cache_) { cache_.emplace(); }
    const std::vector<ModulePlace> places = unwind::read_module_places(pid_);
    bool changed = unload_missing(places);
    for (const ModulePlace& place : places) {
        const bool known = std::any_of(modules_.begin(), modules_.end(), [&place](const NativeModule& module) {
            return module.loaded && module.place == place;
        });
        if (!known) { changed |= add(place); }
    }
    if (changed) { directory_->version.fetch_add(1, std::memory_order_release); }
}

bool NativeModules::unload_missing(const std::vector<ModulePlace>& places) {
    bool changed = false;
    for (std::size_t i = 0; i < modules_.size(); ++i) {
        NativeModule& module = modules_[i];
        if (!module.loaded || std::find(places.begin(), places.end(), module.place) != places.end()) { continue; }
        module.loaded = false;
        module_entries(*directory_)[i].end.store(0, std::memory_order_relaxed);
        changed = true;
    }
    return changed;
}

bool NativeModules::add(const ModulePlace& place) {
    if (modules_.size() == wire::kMaxModules) { return false; }
    const elf::ReadMemory read = [this](base::RemoteAddr at, void* data, std::size_t size) {
        return memory_->try_read(at, data, size);
    };
    const auto image = unwind::read_mapped_image(place.header, read);
    if (!image) { return false; }
    const std::vector<std::uint8_t> table = cache_->table_of(*image, read);
    wire::ModuleEntry& entry = module_entries(*directory_)[modules_.size()];
    entry.table = put(table);
    entry.table_size = static_cast<std::uint32_t>(table.size());
    entry.is_loader = is_loader(place) ? 1 : 0;
    entry.begin.store(image->begin.value(), std::memory_order_relaxed);
    entry.end.store(image->end.value(), std::memory_order_relaxed);
    SymbolOrigin origin = find_origin(pid_, place, read, kMostKept - held_);
    held_ += origin.from_memory.size();
    modules_.push_back({describe(pid_, place, image->build_id), image->bias, place, std::move(origin), true});
    // Release pairs with the load in the payload's look_up.
    directory_->count.store(static_cast<std::uint32_t>(modules_.size()), std::memory_order_release);
    return true;
}

void NativeModules::keep_symbols(capture::Profile& profile) const {
    std::size_t room = kMostKept;
    for (std::uint32_t i = 0; i < profile.modules.size(); ++i) {
        const capture::Module& module = profile.modules[i];
        const auto known = std::find_if(modules_.begin(), modules_.end(), [&module](const NativeModule& candidate) {
            return candidate.module == module && !candidate.origin.empty();
        });
        if (known == modules_.end()) { continue; }
        std::string symbols = symbols_to_keep(module, known->origin, room);
        if (symbols.empty()) { continue; }
        room -= symbols.size();
        profile.kept_symbols.push_back({i, std::move(symbols)});
    }
}

std::uint64_t NativeModules::put(const std::vector<std::uint8_t>& table) {
    constexpr std::uint64_t kAlignment = 8;
    const std::uint64_t size = region_.directory_size();
    if (table.empty() || table.size() > size - used_) { return 0; }
    const std::uint64_t at = used_;
    region_.write_table(at, table);
    used_ = std::min(size, (at + table.size() + kAlignment - 1) / kAlignment * kAlignment);
    return at;
}

}  // namespace memray::collector
