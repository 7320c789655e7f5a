// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where `memray detach` and `memray snapshot` find the process that records a target: a Unix socket in a folder of this
// user's, named after the target's process id and start time. One question per connection ("who", "stop", or
// "snapshot", a letter that says whether to overwrite ("f") or not ("-"), and a path, which may be empty), one line of
// answer.
#pragma once

#include <sys/types.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injector/base/unique_fd.h"

namespace memray::cli {

// The recorder's end.
class Rendezvous {
public:
    enum class Ends { kOnRequest, kWithTarget };

    // Throws base::Error if another recorder is there for this target, naming it. A dead one's socket is replaced.
    Rendezvous(pid_t target, Ends ends);
    ~Rendezvous();
    Rendezvous(const Rendezvous&) = delete;
    Rendezvous& operator=(const Rendezvous&) = delete;

    // Answers "who" with this process's id, and " run" if nobody can ask it to stop. Whether somebody asked to stop;
    // they wait for answer(). Never waits long.
    [[nodiscard]] bool stop_requested();
    void answer(const std::string& line);

    struct SnapshotRequest {
        std::string path;  // empty: one that the recorder chooses
        bool overwrite{false};
    };
    // The first who asked for a snapshot; waits for answer_snapshot().
    [[nodiscard]] std::optional<SnapshotRequest> snapshot_requested();
    void answer_snapshot(const std::string& line);
    // The recording cannot be ended by others: those who ask to stop are told so.
    void refuse_to_stop();
    [[nodiscard]] int fd() const noexcept { return listener_.get(); }

private:
    std::string path_;
    Ends ends_;
    base::UniqueFd listener_;
    std::vector<base::UniqueFd> waiting_;
    std::deque<std::pair<base::UniqueFd, SnapshotRequest>> snapshots_;
};

// For recordings that do without one: nothing if it is not possible.
[[nodiscard]] std::unique_ptr<Rendezvous> try_listen(pid_t target);

// The answer of the target's recorder; nothing if there is none. Throws base::Error.
[[nodiscard]] std::optional<std::string> ask_recorder(pid_t target, const std::string& question);

}  // namespace memray::cli
