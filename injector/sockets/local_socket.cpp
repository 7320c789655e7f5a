// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/local_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "injector/base/error.h"
#include "injector/sockets/peer.h"

namespace memray::sockets {
namespace {

using State = LocalConnection::State;
using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 64;
constexpr int kMostStrangers = 64;  // at a time
constexpr std::chrono::milliseconds kBetweenTries{5};
constexpr std::string_view kSuffix = ".sock";

// Short, as everything that path_of() returns.
sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

base::UniqueFd make_socket() {
    base::UniqueFd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) { throw base::system_error("creating a socket"); }
    return made;
}

bool bind_to(const base::UniqueFd& socket, const RuntimeFolder& folder, const std::string& name) {
    const sockaddr_un address = address_of(folder.path_of(name));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) { return true; }
    if (errno == EADDRINUSE) { return false; }
    throw base::system_error("creating the socket " + name);
}

// The socket itself, so that what is connected to is what was looked at. None if it is something else.
base::UniqueFd open_socket_file(const RuntimeFolder& folder, const std::string& name) {
    base::UniqueFd file(::openat(folder.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    const bool good =
        file && ::fstat(file.get(), &status) == 0 && S_ISSOCK(status.st_mode) && status.st_uid == folder.owner();
    return good ? std::move(file) : base::UniqueFd();
}

LocalConnection::State state_after(int error) {
    switch (error) {
        case ECONNREFUSED:
            return State::kDead;
        case EAGAIN:
            return State::kNoRoom;
        default:
            return State::kNobody;
    }
}

// With the folder locked, so that nobody has just bound it and does not listen yet.
void remove_if_dead(const RuntimeFolder& folder, const std::string& name) {
    if (connect_to(folder, name).state == State::kDead) { ::unlinkat(folder.fd(), name.c_str(), 0); }
}

// For remove_all_names().
struct Registry {
    std::mutex mutex;
    std::vector<const LocalListener*> listeners;
};

Registry& registry() {
    static Registry all;
    return all;
}

}  // namespace

std::unique_ptr<LocalListener> LocalListener::try_listen(std::shared_ptr<const RuntimeFolder> folder,
                                                         const std::string& name, Taken taken) {
    base::UniqueFd socket = make_socket();
    const FolderLock lock(*folder);
    if (taken == Taken::kReplace) { ::unlinkat(folder->fd(), name.c_str(), 0); }
    if (!bind_to(socket, *folder, name)) {
        remove_if_dead(*folder, name);
        if (!bind_to(socket, *folder, name)) { return nullptr; }
    }
    if (::listen(socket.get(), kBacklog) != 0) { throw base::system_error("listening at the socket " + name); }
    return std::unique_ptr<LocalListener>(new LocalListener(std::move(folder), name, std::move(socket)));
}

LocalListener::LocalListener(std::shared_ptr<const RuntimeFolder> folder, std::string name, base::UniqueFd socket)
    : folder_(std::move(folder)), name_(std::move(name)), socket_(std::move(socket)), process_(::getpid()) {
    const std::lock_guard lock(registry().mutex);
    registry().listeners.push_back(this);
}

// Before the socket is closed: until then nobody else takes the name.
LocalListener::~LocalListener() {
    remove_name();
    const std::lock_guard lock(registry().mutex);
    std::erase(registry().listeners, this);
}

// Not in a process that was forked from the one that listens.
void LocalListener::remove_name() const {
    if (process_ == ::getpid()) { ::unlinkat(folder_->fd(), name_.c_str(), 0); }
}

void LocalListener::remove_all_names() {
    const std::lock_guard lock(registry().mutex);
    for (const LocalListener* listener : registry().listeners) { listener->remove_name(); }
}

base::UniqueFd LocalListener::accept() {
    for (int strangers = 0; strangers < kMostStrangers; ++strangers) {
        base::UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!client) { break; }
        const auto peer = peer_of(client.get());
        if (peer && may_talk(*peer, ::geteuid())) { return client; }
        refused_ = true;
    }
    return {};
}

LocalConnection connect_to(const RuntimeFolder& folder, const std::string& name, Moment deadline) {
    const base::UniqueFd file = open_socket_file(folder, name);
    if (!file) { return {State::kNobody, {}, 0}; }
    base::UniqueFd socket = make_socket();
    const sockaddr_un address = address_of("/proc/self/fd/" + std::to_string(file.get()));
    while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const State state = state_after(errno);
        if (state != State::kNoRoom || Clock::now() >= deadline) { return {state, {}, 0}; }
        std::this_thread::sleep_for(kBetweenTries);
    }
    const auto peer = peer_of(socket.get());
    if (!peer || !may_talk(*peer, folder.owner())) { return {State::kNobody, {}, 0}; }
    return {State::kOpen, std::move(socket), peer->pid};
}

void remove_dead_sockets() {
    for (const auto& folder : RuntimeFolder::all_of(::geteuid())) {
        try {
            const FolderLock lock(*folder);
            for (const std::string& name : folder->names()) {
                if (name.ends_with(kSuffix)) { remove_if_dead(*folder, name); }
            }
        } catch (const base::Error&) {}  // another time
    }
}

}  // namespace memray::sockets
