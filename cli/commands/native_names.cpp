// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/native_names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "injector/base/child_process.h"
#include "injector/base/printable.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/symbols_file.h"
#include "symbolizer/debug_packages.h"

namespace memray::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoNames = "native functions have no names";

void warn(const std::string& path, const std::string& text) {
    base::print_line(stderr, fmt::format("{}: {}", path, text));
}

std::string program_beside_this() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "memray-symbolize";
}

// Its standard output is the report's: nothing may come between.
int become(const std::string& program, const std::string& path, int symbols) {
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nothing, STDOUT_FILENO);
    const int inherited = ::dup(symbols);  // without the close-on-exec flag
    const std::string option = "--symbols-fd=" + std::to_string(inherited);
    ::execl(program.c_str(), program.c_str(), option.c_str(), "--", path.c_str(), nullptr);
    return 127;
}

bool run_symbolizer(const std::string& program, const std::string& path, int symbols) {
    const int status = base::ChildProcess([&] { return become(program, path, symbols); }).wait();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void symbolize(const std::string& path, capture::Profile& profile) {
    const std::string program = program_beside_this();
    if (::access(program.c_str(), X_OK) != 0) {
        return warn(path, fmt::format("{}: there is no {}", kNoNames, program));
    }
    const base::UniqueFd symbols(::memfd_create("symbols", MFD_CLOEXEC));
    if (!symbols || !run_symbolizer(program, path, symbols.get())) {
        return warn(path, fmt::format("{}: memray-symbolize failed", kNoNames));
    }
    capture::load_symbols_alone("/proc/self/fd/" + std::to_string(symbols.get()), profile);
    if (!profile.symbols.present()) { warn(path, fmt::format("{}: the capture changed meanwhile", kNoNames)); }
}

// memray-symbolize told the whole story when it looked; this is to remember it.
void remind(const std::string& path, const capture::Profile& profile) {
    const std::string missing = symbolizer::missing_debug_information(profile, profile.symbols);
    if (!missing.empty()) { warn(path, fmt::format("{}: `memray-symbolize --check` says what helps", missing)); }
}

}  // namespace

void name_native_frames(const std::string& path, capture::Profile& profile) {
    if (profile.native_frames.empty()) { return; }
    if (profile.symbols.present()) { return remind(path, profile); }
    symbolize(path, profile);
}

}  // namespace memray::cli
