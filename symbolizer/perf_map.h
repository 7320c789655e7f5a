// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names that a program gave the code it made at run time: /tmp/perf-PID.map, lines of "start size name".
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "injector/capture/profile.h"
#include "symbolizer/options.h"
#include "symbolizer/target_process.h"

namespace memray::symbolizer {

class PerfMap {
public:
    PerfMap() = default;
    // Lines that make no sense are left out. Later lines replace what they overlap: memory is used again.
    explicit PerfMap(const std::string& content);

    // That of the process of a capture. Process numbers are used again, too: it must have been written while the
    // recording went on, or by the process itself if that still lives.
    [[nodiscard]] static PerfMap of(const capture::Profile& profile, const Options& options,
                                    const TargetProcess& target);

    // Empty if there is none.
    [[nodiscard]] std::string name_at(std::uint64_t address) const;
    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

private:
    struct Range {
        std::uint64_t end;
        std::string name;
    };
    void add(std::uint64_t begin, Range range);

    std::map<std::uint64_t, Range> ranges_;  // by begin
};

}  // namespace memray::symbolizer
