// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/capture_input.h"

#include <filesystem>

#include "cli/commands/native_names.h"
#include "injector/base/error.h"
#include "injector/base/progress_bar.h"
#include "injector/capture/reader.h"

namespace memray::cli {
namespace {

void require_file(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) { throw base::Error("No such file: " + path); }
}

base::Error unreadable(const std::string& path, const base::Error& reason) {
    return base::Error("Failed to parse allocation records in " + path + ": " + reason.what());
}

}  // namespace

capture::Profile load_profile(const std::string& path) {
    capture::Profile profile = load_recorded_profile(path);
    name_native_frames(path, profile);
    return profile;
}

capture::Profile load_recorded_profile(const std::string& path) {
    require_file(path);
    base::ProgressBar bar("Calculating high watermark...");
    try {
        return capture::read_profile(path, [&bar](double share) { bar.show(share); });
    } catch (const base::Error& error) { throw unreadable(path, error); }
}

void load_events(const std::string& path, const std::function<void(const capture::Event&)>& visit) {
    base::ProgressBar bar("Processing allocation records...");
    try {
        capture::read_events(path, visit, [&bar](double share) { bar.show(share); });
    } catch (const base::Error& error) { throw unreadable(path, error); }
}

}  // namespace memray::cli
