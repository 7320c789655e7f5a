// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/entrance.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "injector/base/error.h"
#include "injector/live/tcp_port.h"
#include "injector/live/token.h"

namespace memray::live {
namespace {

using sockets::MessageReader;
using sockets::RuntimeFolder;
using Clock = std::chrono::steady_clock;

constexpr int kFirstNumber = 49152;  // as of ports that the system chooses
constexpr int kTries = 1000;
constexpr std::chrono::seconds kQuick{5};  // for a token
constexpr std::size_t kMostAsked = 64;
constexpr int kMostAtOnce = 64;

std::string name_of(int number) { return fmt::format("live-{}.sock", number); }

int random_number() {
    std::uint32_t random = 0;
    static_cast<void>(::getrandom(&random, sizeof random, 0));
    return kFirstNumber + static_cast<int>(random % (kMaxPort + 1 - kFirstNumber));
}

// None where no folder can be: TCP is left.
std::unique_ptr<sockets::LocalListener> try_listen_beside(int port) {
    try {
        return sockets::LocalListener::try_listen(RuntimeFolder::of_this_user(), name_of(port));
    } catch (const base::Error&) { return nullptr; }
}

}  // namespace

void Entrance::open() {
    const auto folder = RuntimeFolder::of_this_user();
    for (int tries = 0; tries < kTries; ++tries) {
        const int number = random_number();
        local_ = sockets::LocalListener::try_listen(folder, name_of(number));
        if (!local_) { continue; }
        number_ = number;
        return;
    }
    throw base::Error("There is no number left for a live view");
}

void Entrance::open_port(int port) {
    auto local = try_listen_beside(port);  // first: viewers of this machine need no token
    tcp_ = listen_on(port);
    token_ = make_token();
    local_ = std::move(local);
    number_ = port;
}

void Entrance::close() {
    local_.reset();
    tcp_.reset();
    asked_.clear();
}

base::UniqueFd Entrance::admit() {
    if (local_) {
        if (base::UniqueFd viewer = local_->accept()) { return viewer; }
    }
    // Who has answered comes before those are heard for whom the longest waiting would have to leave.
    if (base::UniqueFd viewer = take_answer()) { return viewer; }
    accept_all();
    return take_answer();
}

void Entrance::accept_all() {
    for (int count = 0; tcp_ && count < kMostAtOnce; ++count) {
        base::UniqueFd client(::accept4(tcp_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!client) { return; }
        if (asked_.size() == kMostAsked) { asked_.pop_front(); }
        asked_.push_back({std::move(client), MessageReader(kTokenLength, Clock::now() + kQuick)});
    }
}

base::UniqueFd Entrance::take_answer() {
    for (auto asked = asked_.begin(); asked != asked_.end();) {
        const MessageReader::State state = asked->token.read(asked->socket.get());
        if (state == MessageReader::State::kWaiting) {
            ++asked;
            continue;
        }
        base::UniqueFd client = std::move(asked->socket);
        const std::string said = asked->token.text();
        asked = asked_.erase(asked);
        if (state == MessageReader::State::kComplete && is_token(token_, said)) { return client; }
        refused_ = refused_ || !said.empty();  // who says nothing only looks whether there is somebody
    }
    return {};
}

bool Entrance::take_refusal() {
    const bool local = local_ && local_->take_refusal();
    return std::exchange(refused_, false) || local;
}

void Entrance::watch(std::vector<pollfd>& descriptors) const {
    if (local_) { descriptors.push_back({local_->fd(), POLLIN, 0}); }
    if (tcp_) { descriptors.push_back({tcp_.get(), POLLIN, 0}); }
    for (const Asked& asked : asked_) { descriptors.push_back({asked.socket.get(), POLLIN, 0}); }
}

base::UniqueFd try_connect(int number) {
    for (const auto& folder : RuntimeFolder::all_in_reach()) {
        sockets::LocalConnection found = sockets::connect_to(*folder, name_of(number));
        if (found.state == sockets::LocalConnection::State::kOpen) { return std::move(found.socket); }
    }
    return {};
}

}  // namespace memray::live
