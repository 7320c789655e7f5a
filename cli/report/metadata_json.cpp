// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/metadata_json.h"

#include <nlohmann/json.hpp>

#include "cli/report/format.h"
#include "cli/report/mappings.h"
#include "cli/report/notes.h"
#include "cli/report/period.h"
#include "cli/report/resident.h"

namespace memray::report {
namespace {

std::uint64_t recorded_calls(const capture::Profile& profile) {
    std::uint64_t calls = 0;
    for (const capture::Amount& amount : profile.allocators) { calls += amount.count; }
    return calls;
}

}  // namespace

nlohmann::ordered_json metadata_json(const capture::Profile& profile) {
    const capture::Metadata& data = profile.metadata;
    return {{"start_time", time_text(data.start_ms)},
            {"end_time", time_text(data.end_ms)},
            {"total_allocations", recorded_calls(profile)},
            {"total_frames", profile.frames.size()},
            {"peak_memory", profile.peak.bytes},
            {"command_line", data.command_line},
            {"pid", data.pid},
            {"main_thread_id", data.main_thread},
            {"python_allocator", data.python_allocator},
            {"has_native_traces", data.native_traces},
            {"trace_python_allocators", data.trace_python_allocators},
            {"file_format", data.aggregated ? 1 : 0},
            {"python_version", data.python_version},
            {"ending", ending_text(data)},
            {"earlier_frees", data.losses.unknown_frees},
            {"period", period_json(profile)},
            {"beginning", beginning_lines(profile)},
            {"processes", resident_json(profile)},
            {"beside", beside_json(profile)},
            {"notes", kind_notes(profile)},
            {"losses", loss_notes(data)}};
}

}  // namespace memray::report
