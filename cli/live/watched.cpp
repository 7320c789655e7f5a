// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/watched.h"

namespace memray::live {
namespace {

constexpr int kShareOfTime = 10;  // of one core, for the table: one part in

}  // namespace

bool Watched::take_news() {
    bool news = false;
    if (connection_.open()) {
        const std::uint64_t before = connection_.messages();
        connection_.receive();
        news = connection_.messages() != before || !connection_.open();
    }
    refresh_model();
    return news;
}

void Watched::refresh_model() {
    const Clock::time_point start = Clock::now();
    if (connection_.open() && start < next_model_) { return; }
    model_.update(connection_.recording());
    next_model_ = Clock::now() + (Clock::now() - start) * kShareOfTime;
}

Process Watched::as_process() const {
    const capture::Profile& profile = connection_.recording().profile;
    const capture::Ending going_on{connection_.open() ? capture::EndKind::kRunning : capture::EndKind::kUnknown, 0, 0};
    return {static_cast<pid_t>(profile.metadata.pid), 0, profile.leaked.bytes, connection_.ending().value_or(going_on),
            profile.metadata.command_line};
}

}  // namespace memray::live
