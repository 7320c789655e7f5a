// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/text_view.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "cli/live/header.h"
#include "cli/report/notes.h"
#include "injector/base/printable.h"

namespace memray::live {
namespace {

constexpr std::chrono::seconds kBeforeText{1};  // short programs have only their end
constexpr std::chrono::seconds kBetweenTexts{5};
constexpr std::size_t kRows = 10;

std::string place_of(const Row& row) {
    const std::string name = base::printable(row.function);
    return row.file.empty() ? name : fmt::format("{} at {}", name, base::printable(row.file));
}

}  // namespace

TextView::TextView(base::UniqueFd socket, std::FILE* stream)
    : watched_(std::move(socket)), stream_(stream), next_text_(Clock::now() + kBeforeText) {}

void TextView::run() {
    while (!left_) {
        static_cast<void>(watched_.take_news());
        if (!watched_.connection().open()) { return print_end(); }
        print_if_due();
        wait();
    }
}

void TextView::wait() {
    std::array<pollfd, 2> waiting{
        {{watched_.connection().fd(), POLLIN, 0}, {has_input_ ? STDIN_FILENO : -1, POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_text_ - Clock::now());
    const auto most = std::chrono::milliseconds(kBetweenTexts);
    const bool is_due = left.count() <= 0;  // then only news make a difference
    ::poll(waiting.data(), waiting.size(), static_cast<int>((is_due ? most : std::min(left, most)).count()));
    if (waiting[1].revents != 0) { read_keys(); }
}

void TextView::read_keys() {
    std::array<char, 256> typed{};
    const ssize_t count = ::read(STDIN_FILENO, typed.data(), typed.size());
    has_input_ = count > 0;
    if (has_input_) {
        left_ = std::string_view(typed.data(), static_cast<std::size_t>(count)).find('q') != std::string_view::npos;
    }
}

void TextView::print_if_due() {
    const Connection& connection = watched_.connection();
    if (!connection.greeted() || connection.updates() == updates_shown_ || Clock::now() < next_text_) { return; }
    print_state();
    next_text_ = Clock::now() + kBetweenTexts;
}

void TextView::print_state() {
    const Recording& recording = watched_.connection().recording();
    for (const Beside& what : beside_heap(recording.profile)) {
        fmt::print(stream_, "{}: {}\n", what.label, what.text);
    }
    fmt::print(stream_, "{}: {}, {} events\n", duration_text(recording.profile), memory_text(recording.profile),
               recording.events);
    const std::vector<Row>& rows = watched_.model().rows();
    if (!rows.empty()) {
        fmt::print(stream_, "{:>12}{:>12}{:>10}  {}\n", "own", "total", "allocs", "live, by location");
    }
    for (std::size_t i = 0; i < std::min(rows.size(), kRows); ++i) {
        fmt::print(stream_, "{:>12}{:>12}{:>10}  {}\n", signed_size(rows[i].own, false),
                   signed_size(rows[i].total, false), rows[i].count, place_of(rows[i]));
    }
    std::fflush(stream_);
    updates_shown_ = watched_.connection().updates();
}

void TextView::print_end() {
    const Connection& connection = watched_.connection();
    if (connection.greeted()) { print_state(); }
    fmt::print(stream_, "Remote has disconnected{}{}\n", connection.ending() ? ": " : "",
               connection.ending() ? report::ending_text(*connection.ending()) : "");
    std::fflush(stream_);
}

}  // namespace memray::live
