// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/capture/random_profile.h"

#include <limits>
#include <utility>

using namespace memray::capture;

// Small numbers mostly, now and then the largest ones.
std::uint64_t RandomCapture::number() {
    if (below(50) == 0) { return std::numeric_limits<std::uint64_t>::max() - below(2); }
    return random_() >> below(64);
}

std::string RandomCapture::text() {
    std::string characters(below(20), '\0');
    for (char& character : characters) { character = static_cast<char>(below(256)); }
    return characters;
}

void RandomCapture::grow_native(Profile& p, bool module) {
    if (module) {
        p.modules.push_back(
            {text(), text(), static_cast<ModuleKind>(below(3)), number(), static_cast<std::int64_t>(number())});
    }
    const auto of_module = static_cast<std::uint32_t>(below(p.modules.size() + 1));
    p.native_frames.push_back({of_module < p.modules.size() ? of_module : kNoModule, number(), below(9) == 0});
    p.native_stacks.push_back({static_cast<std::uint32_t>(below(p.native_stacks.size())),
                               static_cast<std::uint32_t>(below(p.native_frames.size()))});
}

Symbols RandomCapture::symbols(const Profile& p) {
    Symbols symbols;
    for (std::size_t i = 0; i < 20; ++i) { symbols.strings.push_back(text()); }
    for (std::size_t i = 0; i < p.native_frames.size(); ++i) {
        const auto count = static_cast<std::uint32_t>(below(4));
        symbols.chains.push_back({static_cast<std::uint32_t>(symbols.names.size()), count});
        for (std::uint32_t name = 0; name < count; ++name) {
            symbols.names.push_back({static_cast<std::uint32_t>(below(20)), static_cast<std::uint32_t>(below(20)),
                                     static_cast<std::uint32_t>(number())});
        }
    }
    for (std::size_t i = 0; i < p.modules.size(); ++i) {
        symbols.modules.push_back({static_cast<SymbolSource>(below(9)), below(2) == 0});
    }
    return symbols;
}

void RandomCapture::grow(Profile& p, std::size_t rows) {
    const auto index = [&](const auto& table) { return static_cast<std::uint32_t>(below(table.size())); };
    for (std::size_t i = 0; i < rows; ++i) {
        p.strings.push_back(text());
        p.functions.push_back({index(p.strings), index(p.strings), static_cast<std::uint32_t>(number())});
        p.frames.push_back({index(p.functions), static_cast<std::uint32_t>(number())});
        p.stacks.push_back({index(p.stacks), index(p.frames), below(3) == 0});
        grow_native(p, i % 16 == 0);
        if (i % 8 == 0) { p.threads.push_back({number(), number(), text()}); }
        Site site;
        site.stack = index(p.stacks);
        site.native_stack = index(p.native_stacks);
        site.thread = index(p.threads);
        site.allocator = static_cast<Allocator>(below(kAllocatorCount));
        if (below(4) == 0) {
            p.shared_files.push_back({number(), number(), number()});
            site.file = static_cast<std::uint32_t>(p.shared_files.size());
        }
        p.sites.push_back(site);
        now_ += static_cast<std::int64_t>(below(20));
        p.snapshots.push_back({now_, number(), number()});
    }
}

void RandomCapture::finished(Profile& p, std::size_t rows) {
    for (Site& site : p.sites) {
        std::tie(site.peak, site.leaked, site.total) = std::tuple(amount(), amount(), amount());
        site.all_peak = amount();
    }
    for (std::uint32_t i = 0; i < rows; ++i) {
        p.time_buckets.push_back({std::int64_t{i} * 100 - 1000, number()});
        p.sizes.push_back({std::uint64_t{i} * 3, number()});
    }
    for (std::uint32_t site = 0; site < p.sites.size(); ++site) {
        p.lifetimes.push_back({site, 3, amount()});
        p.lifetimes.push_back({site, 0xffffffff, amount()});
        const auto begin = static_cast<std::uint32_t>(below(rows));
        p.intervals.push_back({site, begin, kNever, amount()});
        if (begin + 1 < rows) { p.intervals.push_back({site, begin, begin + 1, amount()}); }
    }
    for (std::uint32_t module = 0; module < p.modules.size(); module += 2) {
        p.kept_symbols.push_back({module, text()});
    }
    for (Amount& each : p.allocators) { each = amount(); }
    std::tie(p.peak, p.total, p.leaked) = std::tuple(amount(), amount(), amount());
    p.peak_ms = static_cast<std::int64_t>(number());
    p.all_peak = {1 + below(1000), number()};
    p.all_peak_ms = static_cast<std::int64_t>(number());
}

void RandomCapture::processes(Profile& p, std::size_t rows) {
    for (std::uint32_t i = 0; i < rows; ++i) {
        p.processes.push_back({static_cast<std::int64_t>(below(100'000)), text(), static_cast<Beginning>(below(3)),
                               static_cast<std::int64_t>(number()), number()});
        for (const Moment moment : {Moment::kStart, Moment::kOwnPeak}) {
            p.residences.push_back({i,
                                    moment,
                                    static_cast<std::int64_t>(number()),
                                    number(),
                                    number(),
                                    number(),
                                    {number(), number(), number(), number()}});
        }
        p.process_snapshots.push_back({i, {now_, number(), number()}});
        p.process_snapshots.push_back({i, {now_ + 7, number(), number()}});
    }
}

Profile RandomCapture::profile(std::size_t rows) {
    Profile p;
    Metadata& m = p.metadata;
    std::tie(m.command_line, m.python_version, m.python_executable) = std::tuple(text(), text(), text());
    m.python_allocator = text();
    m.search_paths = {text(), text()};
    std::tie(m.pid, m.start_ms, m.end_ms) = std::tuple(-5, now_, now_ + 100);
    m.run = number();
    m.main_thread = number();
    m.trace_python_allocators = below(2) == 0;
    m.large_requests = below(2) == 0;
    m.chained = below(1000);
    m.beginning = static_cast<Beginning>(below(3));
    m.process_start_ms = static_cast<std::int64_t>(number());
    m.native_traces = below(2) == 0;
    m.ending = {EndKind::kSignaled, -9};
    m.losses = {number(), number(), number(), number(), number(), number(), number()};
    m.incomplete = text();
    grow(p, rows);
    finished(p, rows);
    return p;
}

Event RandomCapture::event(std::size_t sites) {
    Event event;
    const std::uint64_t choice = below(100);
    if (choice < 45 && !live_.empty()) {
        std::swap(live_[below(live_.size())], live_.back());
        event = slots_[live_.back()];
        event.kind = EventKind::kDeallocation;
        event.other_thread = below(10) == 0;
        free_.push_back(live_.back());
        live_.pop_back();
    } else if (choice < 97) {
        event.kind = choice == 96 ? EventKind::kRestore : EventKind::kAllocation;
        event.site = static_cast<std::uint32_t>(below(4) != 0 ? below(sites) : 0);
        event.size = below(2) == 0 ? 56 : below(100'000);
        event.slot = free_.empty() ? static_cast<std::uint32_t>(slots_.size()) : free_.back();
        if (free_.empty()) {
            slots_.emplace_back();
        } else {
            free_.pop_back();
        }
        slots_[event.slot] = event;
        live_.push_back(event.slot);
    } else {
        now_ += static_cast<std::int64_t>(below(30));
        event.kind = EventKind::kTime;
        event.time_ms = now_;
    }
    return event;
}

std::vector<Event> RandomCapture::events(Writer& writer, std::size_t sites, std::size_t count) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < count; ++i) {
        const Event next = event(sites);
        switch (next.kind) {
            case EventKind::kAllocation:
                writer.allocation(next.site, next.size);
                break;
            case EventKind::kRestore:
                writer.restore(next.site, next.size);
                break;
            case EventKind::kDeallocation:
                writer.deallocation(next.slot, next.other_thread);
                break;
            case EventKind::kTime:
                writer.time(next.time_ms);
                break;
        }
        events.push_back(next);
    }
    return events;
}
