// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/transform/records.h"

#include <fmt/format.h>

#include <unordered_map>

#include "cli/report/locations.h"

namespace memray::transform {
namespace {

std::string_view named(std::string_view function) { return function.empty() ? report::kUnknownLocation : function; }

void merge(Record& record, const capture::Amount& amount, const capture::Thread& thread) {
    record.amount += amount;
    if (record.thread == static_cast<std::int64_t>(thread.id)) { return; }
    record.thread = kMergedThreads;
    record.thread_name = "merged thread";
}

}  // namespace

std::string thread_text(const capture::Thread& thread) {
    return thread.name.empty() ? fmt::format("{:#x}", thread.id) : fmt::format("{:#x} ({})", thread.id, thread.name);
}

std::vector<Record> records(const capture::Profile& profile, const report::StackView& view,
                            const report::Selection& selection) {
    std::vector<Record> result;
    std::unordered_map<std::uint64_t, std::size_t> known;  // by stack and allocator
    for (std::size_t i = 0; i < selection.size(); ++i) {
        const capture::Site& site = profile.sites[i];
        const std::uint32_t stack = view.of_site[i];
        if (stack == report::kLeftOut || selection[i].count == 0) { continue; }
        const std::uint64_t key = (std::uint64_t{stack} << 8U) | static_cast<std::uint8_t>(site.allocator);
        const auto [entry, added] = known.try_emplace(key, result.size());
        const capture::Thread& thread = profile.threads[site.thread];
        if (added) {
            result.push_back({site.allocator, {}, static_cast<std::int64_t>(thread.id), thread_text(thread), stack});
        }
        merge(result[entry->second], selection[i], thread);
    }
    return result;
}

std::vector<NamedFrame> named_frames(const report::StackView& view, std::uint32_t stack) {
    std::vector<NamedFrame> frames;
    for (; stack != capture::kRootStack; stack = view.stacks[stack].parent) {
        const report::ViewFrame& frame = view.frames[view.stacks[stack].frame];
        frames.push_back({named(view.strings[frame.function]), view.strings[frame.file], frame.line});
    }
    if (frames.empty()) { frames.push_back({named(""), "", 0}); }
    return frames;
}

}  // namespace memray::transform
