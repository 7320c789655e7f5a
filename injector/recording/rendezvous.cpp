// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/rendezvous.h"

#include <unistd.h>

#include <chrono>
#include <climits>
#include <string_view>
#include <thread>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process_stat.h"
#include "injector/recording/rendezvous_places.h"

namespace memray::recording {
namespace {

using sockets::LocalConnection;
using sockets::LocalListener;
using sockets::MessageReader;
using sockets::RuntimeFolder;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kRun = "run";
constexpr std::string_view kAttach = "attach";
constexpr std::string_view kSnapshot = "snapshot ";
constexpr std::size_t kLongestGreeting = 16;
constexpr std::size_t kLongestQuestion = PATH_MAX + 16;
constexpr std::size_t kLongestAnswer = std::size_t{4} * PATH_MAX;
constexpr std::chrono::seconds kQuick{5};      // for a greeting, and for a question
constexpr std::chrono::minutes kPatience{10};  // writing a capture takes what it takes
constexpr std::chrono::seconds kNewborn{5};
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::size_t kMostAtOnce = 64;
constexpr std::size_t kMostAsking = 64;

// A recorder that was found.
struct Recorder {
    base::UniqueFd socket;
    pid_t pid;             // 0: not known
    std::string greeting;  // empty: it does not answer
};

// None if it has hung up: then it is about to end.
std::optional<Recorder> greeted(LocalConnection connection) {
    auto greeting = sockets::receive_message(connection.socket.get(), kLongestGreeting, Clock::now() + kQuick);
    if (!greeting && sockets::has_hung_up(connection.socket.get())) { return std::nullopt; }
    return Recorder{std::move(connection.socket), connection.pid, std::move(greeting).value_or("")};
}

std::optional<Recorder> find_recorder(pid_t target) {
    const std::string name = rendezvous_name(target);
    for (const auto& folder : rendezvous_folders(target)) {
        LocalConnection found = sockets::connect_to(*folder, name, Clock::now() + kQuick);
        if (found.state == LocalConnection::State::kNoRoom) { return Recorder{{}, 0, ""}; }
        if (found.state != LocalConnection::State::kOpen) { continue; }
        if (auto recorder = greeted(std::move(found))) { return recorder; }
    }
    return std::nullopt;
}

std::string text_of(pid_t recorder) { return recorder == 0 ? "a process" : "process " + std::to_string(recorder); }

base::Error silence(pid_t target, pid_t recorder) {
    return base::Error("The recorder of process " + std::to_string(target) + ", " + text_of(recorder) +
                       ", does not answer");
}

bool is_newborn(pid_t target) { return base::age_of(target).value_or(kNewborn) < kNewborn; }

std::optional<std::string> ask(const std::optional<Recorder>& recorder, pid_t target, const std::string& question) {
    sockets::remove_dead_sockets();
    if (!recorder) { return std::nullopt; }
    if (recorder->greeting.empty()) { throw silence(target, recorder->pid); }
    sockets::send_message(recorder->socket.get(), question);
    auto answer = sockets::receive_message(recorder->socket.get(), kLongestAnswer, Clock::now() + kPatience);
    if (!answer && !sockets::has_hung_up(recorder->socket.get())) { throw silence(target, recorder->pid); }
    return answer;
}

base::Error refusal(pid_t target, const Recorder& holder) {
    const std::string pid = std::to_string(target);
    const std::string refused = "Process " + pid + " is being recorded already, by " + text_of(holder.pid);
    if (holder.greeting == kRun) { return base::Error(refused + ", a `memray run`, until it ends"); }
    if (holder.greeting.empty()) {
        return base::Error(refused + ", which does not answer (--force-detach replaces it)");
    }
    return base::Error(refused + " (memray detach " + pid + " ends that, --force-detach replaces it)");
}

// A recording that ends with its target began with it: nobody else can have been there before.
void refuse_if_recorded(pid_t target, Rendezvous::Ends ends, bool replace) {
    if (ends == Rendezvous::Ends::kWithTarget) { return; }
    const std::optional<Recorder> holder = find_recorder(target);
    sockets::remove_dead_sockets();
    if (holder && !(replace && holder->greeting.empty())) { throw refusal(target, *holder); }
}

std::unique_ptr<LocalListener> listen_for(pid_t target, Rendezvous::Ends ends, bool replace) {
    refuse_if_recorded(target, ends, replace);
    const auto taken = replace ? LocalListener::Taken::kReplace : LocalListener::Taken::kRefuse;
    auto listener = LocalListener::try_listen(RuntimeFolder::of_this_user(), rendezvous_name(target), taken);
    if (!listener) { throw base::Error("Process " + std::to_string(target) + " is being recorded already"); }
    return listener;
}

}  // namespace

Rendezvous::Rendezvous(pid_t target, Ends ends, bool replace)
    : ends_(ends), listener_(listen_for(target, ends, replace)) {}

void Rendezvous::greet() {
    for (std::size_t count = 0; count < kMostAtOnce; ++count) {
        base::UniqueFd client = listener_->accept();
        if (!client) { return; }
        sockets::send_message(client.get(), ends_ == Ends::kWithTarget ? kRun : kAttach);
        if (asking_.size() == kMostAsking) { asking_.pop_front(); }  // the one that is silent for the longest
        asking_.push_back({std::move(client), MessageReader(kLongestQuestion, Clock::now() + kQuick)});
    }
}

void Rendezvous::take(base::UniqueFd client, const std::string& question) {
    if (question == "stop") {
        if (waiting_.size() < kMostAsking) { waiting_.push_back(std::move(client)); }
    } else if (question.starts_with(kSnapshot) && question.size() > kSnapshot.size()) {
        const SnapshotRequest wanted{question.substr(kSnapshot.size() + 1), question[kSnapshot.size()] == 'f'};
        if (snapshots_.size() < kMostAsking) { snapshots_.emplace_back(std::move(client), wanted); }
    }
}

void Rendezvous::listen() {
    greet();
    for (auto client = asking_.begin(); client != asking_.end();) {
        const MessageReader::State state = client->question.read(client->socket.get());
        if (state == MessageReader::State::kWaiting) {
            ++client;
            continue;
        }
        if (state == MessageReader::State::kComplete) { take(std::move(client->socket), client->question.text()); }
        client = asking_.erase(client);
    }
}

bool Rendezvous::stop_requested() {
    listen();
    return !waiting_.empty();
}

void Rendezvous::answer(const std::string& line) {
    for (const base::UniqueFd& client : waiting_) { sockets::send_message(client.get(), line); }
    waiting_.clear();
}

std::optional<Rendezvous::SnapshotRequest> Rendezvous::snapshot_requested() {
    listen();
    if (snapshots_.empty()) { return std::nullopt; }
    return snapshots_.front().second;
}

void Rendezvous::answer_snapshot(const std::string& line) {
    sockets::send_message(snapshots_.front().first.get(), line);
    snapshots_.pop_front();
}

void Rendezvous::refuse_to_stop() {
    if (ends_ == Ends::kWithTarget && stop_requested()) { answer("-It is recorded by `memray run`, until it ends"); }
}

std::unique_ptr<Rendezvous> try_listen(pid_t target) {
    try {
        return std::make_unique<Rendezvous>(target, Rendezvous::Ends::kWithTarget);
    } catch (const base::Error&) { return nullptr; }
}

std::optional<std::string> ask_recorder(pid_t target, const std::string& question) {
    if (question.size() > kLongestQuestion) { throw base::Error("File name too long"); }
    return ask(find_recorder(target), target, question);
}

std::optional<std::string> ask_recorder_of_newborn(pid_t target, const std::string& question) {
    if (question.size() > kLongestQuestion) { throw base::Error("File name too long"); }
    std::optional<Recorder> recorder = find_recorder(target);
    while (!recorder && is_newborn(target)) {
        std::this_thread::sleep_for(kBetweenLooks);
        recorder = find_recorder(target);
    }
    return ask(recorder, target, question);
}

std::string said_by_recorder(const std::string& answer) {
    if (answer.starts_with('+')) { return answer.substr(1); }
    if (answer.starts_with('-')) { throw base::Error(base::printable(answer.substr(1))); }
    throw base::Error("The recorder's answer makes no sense");
}

}  // namespace memray::recording
