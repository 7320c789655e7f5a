// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/report_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/output_place.h"
#include "injector/base/replacement_file.h"

namespace memray::cli {
namespace {

base::Error already_exists(const std::string& path) {
    return base::Error("File already exists, will not overwrite without --force: " + path);
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Devices and pipes cannot be replaced by a new file.
bool is_special(const base::OutputPlace& place) {
    const auto there = place.status();
    return there && !S_ISREG(there->st_mode);
}

}  // namespace

void require_writable(const std::string& path, bool overwrite) {
    if (std::filesystem::is_directory(path)) { throw base::Error("The output is a directory: " + path); }
    const base::OutputPlace place(path);
    if (!overwrite && place.status() && !is_special(place)) { throw already_exists(path); }
}

void write_report(const std::string& path, const std::string& content, bool overwrite) {
    const base::OutputPlace place(path);
    if (is_special(place)) { return base::write_all(place.open_existing().get(), bytes_of(content), path); }
    base::ReplacementFile file(place);
    file.append(bytes_of(content));
    const base::UniqueFd written = overwrite ? file.commit() : file.commit_new();
    if (!written) { throw already_exists(path); }
}

void print_or_write(const std::string& text, const std::string& path, bool overwrite) {
    if (path.empty()) {
        fmt::print("{}", text);
        return;
    }
    write_report(path, text, overwrite);
    fmt::print("Wrote {}\n", path);
}

}  // namespace memray::cli
