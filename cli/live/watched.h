// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One process that is watched: what its recorder has sent, and how the user looks at it.
#pragma once

#include <chrono>

#include "cli/live/connection.h"
#include "cli/live/model.h"

namespace memray::live {

class Watched {
public:
    explicit Watched(base::UniqueFd socket) : connection_(std::move(socket)) {}

    // Reads what has arrived. Whether there is something new to see. Throws base::Error like Connection::receive().
    [[nodiscard]] bool take_news();

    [[nodiscard]] Connection& connection() noexcept { return connection_; }
    [[nodiscard]] Model& model() noexcept { return model_; }
    // Its line in the list of processes.
    [[nodiscard]] Process as_process() const;

private:
    using Clock = std::chrono::steady_clock;

    void refresh_model();

    Connection connection_;
    Model model_;
    Clock::time_point next_model_{};
};

}  // namespace memray::live
