// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Asks the servers in DEBUGINFOD_URLS for debug information. In child processes that are ended at the limit: a server
// that hangs, or is slow, costs no more than that. Ctrl-C ends the downloads, not the symbolizer.
#pragma once

#include <chrono>
#include <string>

namespace memray::symbolizer {

class DebuginfodClient {
public:
    // `limit`: for all downloads together.
    explicit DebuginfodClient(std::chrono::milliseconds limit);

    // Whether asking makes sense (still).
    [[nodiscard]] bool is_usable() const noexcept { return usable_; }
    // The path of the file in debuginfod's cache; empty if there is none.
    [[nodiscard]] std::string find(const std::string& build_id);
    // Why it is not usable any more: one sentence, empty if nothing happened.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    void give_up(std::string why);

    std::chrono::milliseconds left_;
    std::chrono::milliseconds limit_;
    bool usable_;
    std::string problem_;
};

}  // namespace memray::symbolizer
