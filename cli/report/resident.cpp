// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/resident.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/report/format.h"

namespace memray::report {
namespace {

using capture::Beginning;
using capture::Moment;
using capture::Profile;
using capture::Residence;
using Json = nlohmann::ordered_json;

struct MomentText {
    Moment moment;
    const char* text;
};
constexpr std::array<MomentText, 4> kMoments{{{Moment::kStart, "at the start"},
                                              {Moment::kHeapPeak, "at the heap's peak"},
                                              {Moment::kOwnPeak, "at its own peak"},
                                              {Moment::kEnd, "at the end"}}};

// One of the processes that a capture is of.
struct Subject {
    capture::Process process;
    std::vector<const Residence*> residences;

    [[nodiscard]] const Residence* at(Moment moment) const {
        for (const Residence* row : residences) {
            if (row->moment == moment) { return row; }
        }
        return nullptr;
    }
};

std::vector<Subject> subjects(const Profile& profile) {
    std::vector<Subject> result;
    for (const capture::Process& process : profile.processes) { result.push_back({process, {}}); }
    if (result.empty()) {
        const capture::Metadata& metadata = profile.metadata;
        result.push_back({{metadata.pid, metadata.command_line, metadata.beginning, metadata.process_start_ms,
                           metadata.losses.unknown_frees},
                          {}});
    }
    for (const Residence& row : profile.residences) { result[row.process].residences.push_back(&row); }
    return result;
}

std::string parts_text(const Residence& row) {
    return fmt::format("anonymous {}, files {}, shared {}", size_text(row.anonymous), size_text(row.file),
                       size_text(row.shared));
}

// What is 0 is not known, or was not there.
std::string cgroup_text(const capture::CgroupMemory& cgroup) {
    std::string text;
    const auto add = [&text](const char* name, std::uint64_t bytes) {
        if (bytes != 0) { text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, size_text(bytes)); }
    };
    add("anon", cgroup.anonymous);
    add("file", cgroup.file);
    add("slab", cgroup.slab);
    add("kernel", cgroup.kernel);
    return text;
}

// A forked process begins with its recording.
std::string age_text(const Subject& subject, const Residence& start) {
    const std::int64_t age = start.time_ms - subject.process.start_ms;
    if (subject.process.beginning != Beginning::kAttached || subject.process.start_ms == 0 || age < 0) { return {}; }
    return fmt::format(", {} after the process had started", duration_text(age));
}

std::string beginning_text(const Subject& subject) {
    const Residence* start = subject.at(Moment::kStart);
    if (start == nullptr) {
        return "how much was resident when recording began is not known; below is what came after";
    }
    const char* origin = subject.process.beginning == Beginning::kForked ? " with the fork" : "";
    return fmt::format("{} was resident when recording began{}{} ({}); below is what came after",
                       size_text(start->rss()), origin, age_text(subject, *start), parts_text(*start));
}

Json residence_json(const Residence& row) {
    Json json = {{"time", time_text(row.time_ms)},
                 {"rss", row.rss()},
                 {"anonymous", row.anonymous},
                 {"file", row.file},
                 {"shared", row.shared}};
    if (row.cgroup != capture::CgroupMemory{}) {
        json["cgroup"] = {{"anon", row.cgroup.anonymous},
                          {"file", row.cgroup.file},
                          {"slab", row.cgroup.slab},
                          {"kernel", row.cgroup.kernel}};
    }
    return json;
}

Json subject_json(const Subject& subject) {
    const capture::Process& process = subject.process;
    Json json = {{"pid", process.pid},
                 {"began", beginning_name(process.beginning)},
                 {"process_start_time", process.start_ms == 0 ? Json() : Json(time_text(process.start_ms))},
                 {"earlier_frees", process.unknown_frees}};
    for (const MomentText& name : kMoments) {
        const Residence* row = subject.at(name.moment);
        json[std::string(moment_name(name.moment))] = row == nullptr ? Json() : residence_json(*row);
    }
    return json;
}

}  // namespace

std::string_view beginning_name(Beginning beginning) {
    constexpr std::array<std::string_view, 3> kNames{"start", "attached", "forked"};
    return kNames.at(static_cast<std::size_t>(beginning));
}

std::string_view moment_name(Moment moment) {
    constexpr std::array<std::string_view, 4> kNames{"start", "heap_peak", "own_peak", "end"};
    return kNames.at(static_cast<std::size_t>(moment));
}

std::vector<std::string> beginning_lines(const Profile& profile) {
    std::vector<std::string> lines;
    for (const Subject& subject : subjects(profile)) {
        if (subject.process.beginning == Beginning::kStart) { continue; }
        const std::string who = profile.processes.empty() ? "" : fmt::format("Process {}: ", subject.process.pid);
        std::string text = beginning_text(subject);
        if (who.empty() && text.starts_with("how")) { text.front() = 'H'; }
        lines.push_back(who + text);
        lines.push_back(fmt::format("{}{}reed since: {} allocated before", who, who.empty() ? 'F' : 'f',
                                    counted(subject.process.unknown_frees, "block")));
    }
    return lines;
}

std::string resident_line(const Profile& profile) {
    if (!profile.processes.empty() || profile.residences.empty()) { return {}; }
    const Subject subject = subjects(profile).front();
    std::string text;
    for (const MomentText& name : kMoments) {
        const Residence* row = subject.at(name.moment);
        if (row == nullptr) { continue; }
        text += fmt::format("{}{} {}", text.empty() ? "Resident memory: " : ", ", size_text(row->rss()), name.text);
    }
    return text;
}

std::vector<std::string> resident_lines(const Profile& profile) {
    std::vector<std::string> lines;
    for (const Subject& subject : subjects(profile)) {
        const std::string who = profile.processes.empty() ? "" : fmt::format("process {}, ", subject.process.pid);
        for (const MomentText& name : kMoments) {
            const Residence* row = subject.at(name.moment);
            if (row == nullptr) { continue; }
            lines.push_back(fmt::format("{}{}: {} ({})", who, name.text, size_text(row->rss()), parts_text(*row)));
            const std::string cgroup = cgroup_text(row->cgroup);
            if (!cgroup.empty()) { lines.push_back(fmt::format("{}{}, its cgroup: {}", who, name.text, cgroup)); }
        }
    }
    return lines;
}

Json resident_json(const Profile& profile) {
    Json list = Json::array();
    for (const Subject& subject : subjects(profile)) { list.push_back(subject_json(subject)); }
    return list;
}

}  // namespace memray::report
