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

// In memray's words, in one line.
base::Error unreadable(const std::string& path, const base::Error& reason, const std::string& attempt) {
    return base::Error("Failed to " + attempt + " " + path + ". Reason: " + reason.what());
}

}  // namespace

capture::Profile load_profile(const std::string& path, const std::string& attempt) {
    require_file(path);
    capture::Profile profile = load_recorded_profile(path, attempt);
    name_native_frames(path, profile);
    return profile;
}

capture::Profile load_recorded_profile(const std::string& path, const std::string& attempt) {
    base::ProgressBar bar("Calculating high watermark...");
    try {
        return capture::read_profile(path, [&bar](double share) { bar.show(share); });
    } catch (const base::Error& error) { throw unreadable(path, error, attempt); }
}

void load_period(const std::string& path, std::int64_t from_ms, std::int64_t to_ms, capture::Profile& profile) {
    base::ProgressBar bar("Processing allocation records...");
    try {
        capture::read_period(path, from_ms, to_ms, profile, [&bar](double share) { bar.show(share); });
    } catch (const base::Error& error) { throw unreadable(path, error, kParsing); }
}

void load_events(const std::string& path, const std::function<void(const capture::Event&)>& visit) {
    base::ProgressBar bar("Processing allocation records...");
    try {
        capture::read_events(path, visit, [&bar](double share) { bar.show(share); });
    } catch (const base::Error& error) { throw unreadable(path, error, kParsing); }
}

}  // namespace memray::cli
