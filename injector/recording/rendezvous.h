// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where `memray detach` and `memray snapshot` find the process that records a target: a socket in a folder of the
// user's who records it, named after the target's process id and start time. The recorder says what it is at once
// ("run" or "attach"); then one question per connection ("stop", or "snapshot", a letter that says whether to overwrite
// ("f") or not ("-"), and a path, which may be empty), and one answer, which begins with "+" or "-".
#pragma once

#include <sys/types.h>

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/sockets/local_socket.h"
#include "injector/sockets/message.h"

namespace memray::recording {

// The recorder's end. No call waits for a client.
class Rendezvous {
public:
    enum class Ends : bool { kOnRequest, kWithTarget };

    // Throws base::Error if another recorder of this user's is there for this target, naming it. With `replace` one
    // that does not answer loses its place.
    Rendezvous(pid_t target, Ends ends, bool replace = false);

    // Whether somebody asked to stop; they wait for answer().
    [[nodiscard]] bool stop_requested();
    void answer(const std::string& line);

    struct SnapshotRequest {
        std::string path;  // empty: one that the recorder chooses
        bool overwrite{false};
    };
    // The first who asked for a snapshot; waits for answer_snapshot().
    [[nodiscard]] std::optional<SnapshotRequest> snapshot_requested();
    void answer_snapshot(const std::string& line);
    // Those who ask to stop what others cannot end (Ends::kWithTarget) are told so.
    void refuse_to_stop();

private:
    struct Client {
        base::UniqueFd socket;
        sockets::MessageReader question;
    };

    void listen();
    void greet();
    void take(base::UniqueFd client, const std::string& question);

    Ends ends_;
    std::unique_ptr<sockets::LocalListener> listener_;
    std::list<Client> asking_;
    std::vector<base::UniqueFd> waiting_;
    std::deque<std::pair<base::UniqueFd, SnapshotRequest>> snapshots_;
};

// For recordings that do without one: nothing if it is not possible.
[[nodiscard]] std::unique_ptr<Rendezvous> try_listen(pid_t target);

// The answer of the target's recorder; nothing if there is none, or if it died meanwhile. This user's recorders are
// looked for; by root those of the target's user, too. What they say is not to be trusted. Throws base::Error if there
// is one that does not answer.
[[nodiscard]] std::optional<std::string> ask_recorder(pid_t target, const std::string& question);

// The same. A process that is only seconds old may be a followed child whose recorder is about to listen: that is
// waited for until it is no longer that young.
[[nodiscard]] std::optional<std::string> ask_recorder_of_newborn(pid_t target, const std::string& question);

// What such an answer is to the user. Throws base::Error if it says that something failed, or makes no sense.
[[nodiscard]] std::string said_by_recorder(const std::string& answer);

}  // namespace memray::recording
