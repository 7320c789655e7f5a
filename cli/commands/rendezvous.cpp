// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/rendezvous.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::cli {
namespace {

constexpr const char* kRun = " run";  // what "who" is answered with besides
constexpr const char* kByRun = ", a `memray run`, until it ends";

constexpr std::string_view kSnapshot = "snapshot ";
constexpr int kQuestionMs = 200;  // for a client to say what it wants

// Field 22 of /proc/PID/stat; the second one, a name in parentheses, may hold anything.
std::string start_time_of(pid_t pid) {
    const std::string stat = base::try_read_file("/proc/" + std::to_string(pid) + "/stat").value_or("");
    std::size_t at = stat.rfind(')');
    if (at == std::string::npos) { throw base::Error("There is no process " + std::to_string(pid)); }
    for (int field = 2; field < 22; ++field) { at = stat.find(' ', at + 1); }
    return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

std::string folder() { return "/tmp/memray-" + std::to_string(::geteuid()); }

void make_folder() {
    const std::string path = folder();
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) { throw base::system_error("creating " + path); }
    struct stat status {};
    const bool own = ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
                     (status.st_mode & 0077) == 0;
    if (!own) { throw base::Error(path + " is not a folder that only this user can write to"); }
}

std::string socket_path(pid_t target) {
    return folder() + "/" + std::to_string(target) + "-" + start_time_of(target) + ".sock";
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
}

base::UniqueFd make_socket() {
    base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) { throw base::system_error("creating a socket"); }
    return fd;
}

base::UniqueFd try_connect(const std::string& path) {
    base::UniqueFd fd = make_socket();
    const sockaddr_un address = address_of(path);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) { fd.reset(); }
    return fd;
}

std::string read_line(int fd) {
    std::string line;
    char letter = 0;
    while (line.size() < PATH_MAX * 2) {
        const ssize_t count = ::read(fd, &letter, 1);
        if (count < 0 && errno == EINTR) { continue; }
        if (count <= 0 || letter == '\n') { break; }
        line.push_back(letter);
    }
    return line;
}

void send_line(int fd, const std::string& line) {
    const std::string text = line + "\n";
    ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

// Two recorders must not both find the socket of a dead one.
base::UniqueFd lock_folder() {
    base::UniqueFd lock(::open((folder() + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) { throw base::system_error("locking " + folder()); }
    return lock;
}

base::Error refusal(pid_t target, const std::string& holder) {
    const std::string pid = std::to_string(target);
    const std::string refused = "Process " + pid + " is being recorded already, by process " + holder;
    if (holder.ends_with(kRun)) { return base::Error(refused.substr(0, refused.size() - std::strlen(kRun)) + kByRun); }
    return base::Error(refused + " (memray detach " + pid + " ends that, --force-detach replaces it)");
}

}  // namespace

Rendezvous::Rendezvous(pid_t target, Ends ends) : path_(socket_path(target)), ends_(ends), listener_(make_socket()) {
    make_folder();
    const base::UniqueFd lock = lock_folder();
    if (const auto holder = ask_recorder(target, "who")) { throw refusal(target, *holder); }
    ::unlink(path_.c_str());
    const sockaddr_un address = address_of(path_);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0) {
        throw base::system_error("listening at " + path_);
    }
    ::fcntl(listener_.get(), F_SETFL, O_NONBLOCK);
}

Rendezvous::~Rendezvous() { ::unlink(path_.c_str()); }

bool Rendezvous::stop_requested() {
    for (;;) {
        base::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) { return !waiting_.empty(); }
        pollfd readable{client.get(), POLLIN, 0};
        if (::poll(&readable, 1, kQuestionMs) <= 0) { continue; }
        const std::string question = read_line(client.get());
        if (question == "who") {
            send_line(client.get(), std::to_string(::getpid()) + (ends_ == Ends::kWithTarget ? kRun : ""));
        }
        if (question.starts_with(kSnapshot) && question.size() > kSnapshot.size()) {
            const SnapshotRequest wanted{question.substr(kSnapshot.size() + 1), question[kSnapshot.size()] == 'f'};
            snapshots_.emplace_back(std::move(client), wanted);
            continue;
        }
        if (question == "stop") { waiting_.push_back(std::move(client)); }
    }
}

void Rendezvous::answer(const std::string& line) {
    for (const base::UniqueFd& client : waiting_) { send_line(client.get(), line); }
    waiting_.clear();
}

std::optional<Rendezvous::SnapshotRequest> Rendezvous::snapshot_requested() {
    static_cast<void>(stop_requested());
    if (snapshots_.empty()) { return std::nullopt; }
    return snapshots_.front().second;
}

void Rendezvous::answer_snapshot(const std::string& line) {
    send_line(snapshots_.front().first.get(), line);
    snapshots_.pop_front();
}

void Rendezvous::refuse_to_stop() {
    if (stop_requested()) { answer("-It is recorded by `memray run`, until it ends"); }
}

std::unique_ptr<Rendezvous> try_listen(pid_t target) {
    try {
        return std::make_unique<Rendezvous>(target, Rendezvous::Ends::kWithTarget);
    } catch (const base::Error&) { return nullptr; }
}

std::optional<std::string> ask_recorder(pid_t target, const std::string& question) {
    const base::UniqueFd recorder = try_connect(socket_path(target));
    if (!recorder) { return std::nullopt; }
    if (question == "who") {  // writing a capture takes what it takes
        const timeval limit{2, 0};
        ::setsockopt(recorder.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    send_line(recorder.get(), question);
    std::string answer = read_line(recorder.get());
    if (answer.empty()) { return std::nullopt; }  // it died meanwhile
    return answer;
}

}  // namespace memray::cli
