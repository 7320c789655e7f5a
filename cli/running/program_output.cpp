// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/program_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

constexpr int kPollMs = 50;
constexpr std::size_t kLastLines = 20;

base::UniqueFd open_terminal() {
    base::UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) {
        throw base::system_error("creating a terminal for the program");
    }
    return master;
}

base::UniqueFd open_slave(int master) {
    base::UniqueFd slave(::open(::ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave) { throw base::system_error("opening the terminal of the program"); }
    termios settings{};
    ::tcgetattr(slave.get(), &settings);
    ::cfmakeraw(&settings);  // line ends arrive as they were written
    ::tcsetattr(slave.get(), TCSANOW, &settings);
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) { ::ioctl(slave.get(), TIOCSWINSZ, &size); }
    return slave;
}

std::string last_lines(const std::string& text) {
    std::size_t begin = text.size();
    for (std::size_t lines = 0; begin > 0; --begin) {
        if (text[begin - 1] == '\n' && begin != text.size() && ++lines == kLastLines) { break; }
    }
    return text.substr(begin);
}

}  // namespace

ProgramOutput::ProgramOutput(const std::string& program) : master_(open_terminal()), slave_(open_slave(master_.get())) {
    path_ = std::filesystem::temp_directory_path() / fmt::format("memray-{}.XXXXXX.txt", base::file_name_part(program));
    file_.reset(::mkostemps(path_.data(), 4, O_CLOEXEC));
    if (!file_) { throw base::system_error("Could not create " + path_); }
}

ProgramOutput::~ProgramOutput() {
    restore();
    over_ = true;
    if (pump_.joinable()) { pump_.join(); }
}

void ProgramOutput::redirect() {
    std::fflush(nullptr);
    const base::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        streams_.at(static_cast<std::size_t>(stream)).reset(::fcntl(stream, F_DUPFD_CLOEXEC, 3));
        ::dup2(stream == STDIN_FILENO ? nothing.get() : slave_.get(), stream);
    }
    slave_.reset();
    // Signals are for the thread that records: two of them would pass them on in any order.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pump_ = std::thread([this] { pump(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ProgramOutput::restore() {
    std::fflush(nullptr);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        base::UniqueFd& saved = streams_.at(static_cast<std::size_t>(stream));
        if (saved) { ::dup2(saved.get(), stream); }
        saved.reset();
    }
}

// Until the end: somebody may hold the terminal open longer than the program lives.
void ProgramOutput::pump() {
    for (;;) {
        const bool last = over_;
        pollfd waiting{master_.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, last ? 0 : kPollMs);
        if (ready > 0 && (waiting.revents & POLLIN) != 0) {
            if (copy()) { continue; }
        }
        if (last) { return; }
        // Nobody has it open, but somebody may be about to: poll() does not wait then.
        if (ready > 0) { ::usleep(kPollMs * 1000); }
    }
}

bool ProgramOutput::copy() {
    std::string text(65536, '\0');
    const ssize_t count = ::read(master_.get(), text.data(), text.size());
    if (count <= 0) { return false; }
    text.resize(static_cast<std::size_t>(count));
    try {
        base::write_all(file_.get(), text);
        if (shown_) { base::write_all(STDOUT_FILENO, text); }
    } catch (const base::Error&) {}  // a full disk: the program goes on
    return true;
}

std::string ProgramOutput::finish(bool failed) {
    over_ = true;
    if (pump_.joinable()) { pump_.join(); }
    const std::string text = base::try_read_file(path_).value_or("");
    if (text.empty()) {
        ::unlink(path_.c_str());
        return {};
    }
    const std::string named = fmt::format("memray: what the program wrote is in {}\n", base::printable(path_));
    return failed && !shown_ ? last_lines(text) + named : named;
}

}  // namespace memray::cli
