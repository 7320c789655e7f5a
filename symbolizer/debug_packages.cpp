// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/debug_packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>
#include <vector>

#include "injector/base/file.h"
#include "symbolizer/coverage.h"
#include "symbolizer/module_finder.h"

namespace memray::symbolizer {
namespace {

namespace fs = std::filesystem;
using capture::SymbolSource;

constexpr std::size_t kMaxNamed = 6;

// Debian packages whose debug packages do not follow the rule.
std::string debug_package(const std::string& package) {
    if (package == "libc6") { return "libc6-dbg"; }
    for (const char* version : {"python3.", "libpython3."}) {
        if (!package.starts_with(version)) { continue; }
        const std::size_t digits = std::string(version).size();
        const std::size_t end = package.find_first_not_of("0123456789", digits);
        return "python3." + package.substr(digits, end - digits) + "-dbg";
    }
    return package + "-dbgsym";
}

// The Debian packages that installed these files, as far as dpkg knows them.
std::set<std::string> packages_of(const std::string& sysroot, const std::set<std::string>& paths) {
    std::set<std::string> packages;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(sysroot + "/var/lib/dpkg/info", error)) {
        if (entry.path().extension() != ".list") { continue; }
        std::ifstream list(entry.path());
        for (std::string line; std::getline(list, line);) {
            if (!paths.contains(line)) { continue; }
            const std::string name = entry.path().stem();
            packages.insert(name.substr(0, name.find(':')));
            break;
        }
    }
    return packages;
}

std::string server_of(const std::string& sysroot) {
    constexpr std::array<std::pair<const char*, const char*>, 4> kServers{{{"debian", "debuginfod.debian.net"},
                                                                           {"ubuntu", "debuginfod.ubuntu.com"},
                                                                           {"fedora", "debuginfod.fedoraproject.org"},
                                                                           {"arch", "debuginfod.archlinux.org"}}};
    const std::string system = "\n" + base::try_read_file(sysroot + "/etc/os-release").value_or("");
    for (const auto& [id, server] : kServers) {
        if (system.find(fmt::format("\nID={}\n", id)) != std::string::npos) { return server; }
    }
    return "debuginfod.elfutils.org";
}

// What some modules lack, and what would bring it.
class Missing {
public:
    Missing(const capture::Profile& profile, const capture::Symbols& symbols, const std::string& sysroot = "")
        : sysroot_(sysroot) {
        for (const ModuleCoverage& entry : coverage(profile, symbols)) {
            if (entry.module == capture::kNoModule) { continue; }
            const capture::Module& module = profile.modules[entry.module];
            if (module.kind != capture::ModuleKind::kVdso) { add(module, symbols.modules[entry.module].source); }
        }
    }

    [[nodiscard]] bool empty() const noexcept { return modules_.empty(); }
    // "a.so (no symbols), b.so (file not found), 3 more"
    [[nodiscard]] std::string modules() const {
        const std::size_t more = modules_.size() - std::min(modules_.size(), kMaxNamed);
        const std::vector named(modules_.begin(), modules_.end() - static_cast<std::ptrdiff_t>(more));
        return fmt::format("{}{}", fmt::join(named, ", "), more > 0 ? fmt::format(", {} more", more) : "");
    }
    // "install c-dbgsym or set DEBUGINFOD_URLS=https://...", "say where the recorded files are with ..."
    [[nodiscard]] std::vector<std::string> remedies() const {
        std::vector<std::string> remedies;
        if (!without_information_.empty()) { remedies.push_back(get_information()); }
        if (gone_) { remedies.emplace_back("say where the recorded files are with --sysroot or --debug-dir"); }
        return remedies;
    }

private:
    void add(const capture::Module& module, SymbolSource source) {
        if (source == SymbolSource::kNotUsed || source == SymbolSource::kDebugInformation) { return; }
        modules_.push_back(fmt::format("{} ({})", file_name(module.path), reason(source)));
        if (source == SymbolSource::kMissing || source == SymbolSource::kMismatch) { gone_ = true; }
        if (source < SymbolSource::kNone) { return; }
        // Since /lib became a link to /usr/lib, lists have either name.
        const std::string path = path_in_root(module.path, sysroot_);
        without_information_.insert({path, "/usr" + path});
        if (path.starts_with("/usr/")) { without_information_.insert(path.substr(4)); }
    }

    [[nodiscard]] std::string get_information() const {
        std::set<std::string> packages;
        for (const std::string& package : packages_of(sysroot_, without_information_)) {
            packages.insert(debug_package(package));
        }
        const std::string server = "set DEBUGINFOD_URLS=https://" + server_of(sysroot_);
        return packages.empty() ? server : fmt::format("install {} or {}", fmt::join(packages, " "), server);
    }

    std::string sysroot_;
    std::vector<std::string> modules_;
    std::set<std::string> without_information_;  // paths
    bool gone_{false};                           // some file
};

}  // namespace

std::string missing_debug_information(const capture::Profile& profile, const capture::Symbols& symbols) {
    const Missing missing(profile, symbols);
    return missing.empty() ? "" : "native functions or lines are missing for " + missing.modules();
}

std::string remedy(const capture::Profile& profile, const capture::Symbols& symbols, const std::string& sysroot) {
    const auto remedies = Missing(profile, symbols, sysroot).remedies();
    return remedies.empty() ? "" : fmt::format("{}, then run memray-symbolize --force", fmt::join(remedies, "; or "));
}

}  // namespace memray::symbolizer
