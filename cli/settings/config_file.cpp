// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/settings/config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/printable.h"
#include "injector/base/unique_fd.h"

namespace memray::settings {
namespace {

namespace fs = std::filesystem;

constexpr off_t kLargest = off_t{1} << 20U;

// Of what others may have put there (/tmp/memray.toml) nothing is believed.
bool is_planted(const fs::path& folder, const struct stat& file) {
    struct stat around {};
    const bool everybodys = ::stat(folder.c_str(), &around) != 0 || (around.st_mode & S_IWOTH) != 0;
    return everybodys && file.st_uid != ::geteuid() && file.st_uid != 0;
}

// Nothing if there is no such file that may be read.
std::optional<std::string> content_of(const fs::path& folder, const std::string& name) {
    const fs::path path = folder / name;
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO would wait
    if (!fd) {
        std::error_code hidden;
        if (!fs::exists(path, hidden)) { return std::nullopt; }
        throw base::system_error("reading " + path.string());
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) { throw base::system_error("reading " + path.string()); }
    if (!S_ISREG(status.st_mode)) { return std::nullopt; }
    if (is_planted(folder, status)) {
        base::tell(
            fmt::format("ignoring {}: it is another user's, in a folder that everybody may write to", path.string()));
        return std::nullopt;
    }
    if (status.st_size > kLargest) { throw base::Error(path.string() + ": it is larger than 1 MB", base::kWrongUsage); }
    return base::read_file("/proc/self/fd/" + std::to_string(fd.get()));
}

toml::table parsed(const std::string& text, const std::string& path) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        throw base::Error(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()),
                          base::kWrongUsage);
    }
}

// As on a command line; nothing for what no option can be: dates, tables.
std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) { return text->get(); }
    if (const auto* number = node.as_integer()) { return std::to_string(number->get()); }
    if (const auto* number = node.as_floating_point()) { return fmt::format("{}", number->get()); }
    if (const auto* truth = node.as_boolean()) { return truth->get() ? "true" : "false"; }
    return std::nullopt;
}

class Reading {
public:
    explicit Reading(std::string path) : path_(std::move(path)) {}

    // The tables of subcommands first.
    [[nodiscard]] std::vector<Setting> settings(const toml::table& all) const {
        std::vector<Setting> result;
        for (const auto& [key, node] : all) {
            if (const auto* table = node.as_table()) { append(result, std::string(key.str()), *table); }
        }
        append(result, "", all);
        return result;
    }

private:
    void append(std::vector<Setting>& result, const std::string& command, const toml::table& table) const {
        for (const auto& [key, node] : table) {
            if (command.empty() && node.is_table()) { continue; }
            Setting setting{Origin::kFile,
                            fmt::format("{}:{}", path_, node.source().begin.line),
                            command,
                            std::string(key.str()),
                            {},
                            node.is_boolean()};
            add_values(node, setting);
            result.push_back(std::move(setting));
        }
    }

    static void add_values(const toml::node& node, Setting& setting) {
        const auto add = [&](const toml::node& each) {
            const auto text = text_of(each);
            // An option without its value would take what follows it.
            if (!text || text->empty()) {
                throw base::Error(
                    fmt::format("{}: {}: this is no value that an option can have", setting.source, setting.name),
                    base::kWrongUsage);
            }
            setting.values.push_back(*text);
        };
        if (const toml::array* list = node.as_array()) {
            for (const toml::node& each : *list) { add(each); }
        } else {
            add(node);
        }
    }

    std::string path_;
};

// Nothing if there is none.
std::optional<std::vector<Setting>> settings_in_folder(const fs::path& folder) {
    if (const auto text = content_of(folder, "memray.toml")) {
        const std::string path = folder / "memray.toml";
        return Reading(path).settings(parsed(*text, path));
    }
    const auto text = content_of(folder, "pyproject.toml");
    // One that is not about us may be as wrong as it likes.
    if (!text || text->find("memray") == std::string::npos) { return std::nullopt; }
    const std::string path = folder / "pyproject.toml";
    const toml::table all = parsed(*text, path);
    const toml::table* table = all["tool"]["memray"].as_table();
    return table == nullptr ? std::nullopt : std::optional(Reading(path).settings(*table));
}

}  // namespace

std::vector<Setting> nearest_file_settings(const fs::path& folder) {
    for (fs::path at = folder;; at = at.parent_path()) {
        if (auto found = settings_in_folder(at)) { return std::move(*found); }
        if (at == at.parent_path()) { return {}; }
    }
}

}  // namespace memray::settings
