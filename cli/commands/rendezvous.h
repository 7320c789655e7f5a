// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where `memray detach` finds the process that records a target: a Unix socket in a folder of this user's, named after
// the target's process id and start time. One question per connection ("who", "stop"), one line of answer.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"

namespace memray::cli {

// The recorder's end.
class Rendezvous {
public:
    // Throws base::Error if another recorder is there for this target, naming it. A dead one's socket is replaced.
    explicit Rendezvous(pid_t target);
    ~Rendezvous();
    Rendezvous(const Rendezvous&) = delete;
    Rendezvous& operator=(const Rendezvous&) = delete;

    // Answers "who" with this process's id. Whether somebody asked to stop; they wait for answer(). Never waits long.
    [[nodiscard]] bool stop_requested();
    void answer(const std::string& line);
    [[nodiscard]] int fd() const noexcept { return listener_.get(); }

private:
    std::string path_;
    base::UniqueFd listener_;
    std::vector<base::UniqueFd> waiting_;
};

// The answer of the target's recorder; nothing if there is none. Throws base::Error.
[[nodiscard]] std::optional<std::string> ask_recorder(pid_t target, const std::string& question);

}  // namespace memray::cli
