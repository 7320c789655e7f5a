// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What memray-symbolize does with one capture, and what it says about it.
#pragma once

#include <string>

#include "injector/capture/profile.h"
#include "symbolizer/arguments.h"

namespace memray::symbolizer {

class CaptureTask {
public:
    // Both must outlive it.
    CaptureTask(const Arguments& arguments, const std::string& path) : arguments_(arguments), path_(path) {}

    // Throws base::Error; the capture is as it was then.
    void run() const;

private:
    void say(const std::string& text) const;   // on standard output
    void note(const std::string& text) const;  // on standard error
    void require_output_absent() const;
    void check(const capture::Profile& profile) const;
    [[nodiscard]] bool has_symbols(const capture::Profile& profile) const;
    [[nodiscard]] capture::Symbols look_up(const capture::Profile& profile) const;
    void keep(const capture::Profile& profile, const capture::Symbols& symbols) const;
    void report(const capture::Profile& profile, const capture::Symbols& symbols) const;

    void warn(const capture::Profile& profile, const capture::Symbols& symbols) const;
    void serve_report(const capture::Profile& profile) const;

    const Arguments& arguments_;
    const std::string& path_;
};

}  // namespace memray::symbolizer
