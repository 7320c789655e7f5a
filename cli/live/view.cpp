// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/view.h"

#include <fmt/chrono.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace memray::live {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::chrono::milliseconds kBetweenClocks{1000};
constexpr std::chrono::milliseconds kBetweenOutputs{200};
constexpr std::chrono::seconds kNoticeTime{8};
constexpr int kShareOfTime = 10;  // of one core, for the table: one part in
constexpr std::ptrdiff_t kWheelRows = 3;

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    return fmt::format("{:%a %b %e %H:%M:%S %Y}", local);
}

}  // namespace

View::View(base::UniqueFd socket, const ViewOptions& options)
    : connection_(std::move(socket)), output_text_(options.output_path) {
    if (!options.output_path.empty()) { pane_.size = OutputPane::Size::kSmall; }
    state_.recording = &connection_.recording();
    state_.model = &model_;
    state_.output = &pane_;
}

void View::run() {
    screen_.emplace();
    while (!left_) {
        take_news();
        if (changed_ && Clock::now() >= next_draw_) { draw(); }
        wait();
        while (const auto key = screen_->read_key()) { press(*key); }
    }
    screen_.reset();
}

// Until a key or news, but no longer than to the next thing to draw.
void View::wait() {
    std::chrono::milliseconds time = pane_.size == OutputPane::Size::kHidden ? kBetweenClocks : kBetweenOutputs;
    if (changed_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_draw_ - Clock::now());
        time = std::clamp(left, std::chrono::milliseconds(0), time);
    }
    pollfd waiting[2]{{STDIN_FILENO, POLLIN, 0}, {connection_.fd(), POLLIN, 0}};
    const bool reads = connection_.open() && !changed_;
    ::poll(waiting, reads ? 2 : 1, static_cast<int>(time.count()));
    if ((waiting[0].revents & (POLLHUP | POLLERR)) != 0) { left_ = true; }  // the terminal is gone
}

void View::take_news() {
    if (connection_.open()) {
        const std::uint64_t before = connection_.updates();
        connection_.receive();
        changed_ = changed_ || connection_.updates() != before || !connection_.open();
    }
    if (output_text_.refresh()) {
        pane_.lines = output_text_.lines();
        changed_ = true;
    }
    if (auto notice = connection_.take_notice()) {
        state_.notice = std::move(notice);
        notice_until_ = Clock::now() + kNoticeTime;
        changed_ = true;
    }
    if (state_.notice && Clock::now() >= notice_until_) {
        state_.notice.reset();
        changed_ = true;
    }
    std::string clock = clock_text();
    if (clock != state_.clock) { changed_ = true; }
    state_.clock = std::move(clock);
    refresh_model();
}

void View::refresh_model() {
    const Clock::time_point start = Clock::now();
    if (connection_.open() && start < next_model_) { return; }
    model_.update(connection_.recording());
    next_model_ = Clock::now() + (Clock::now() - start) * kShareOfTime;
}

void View::draw() {
    state_.greeted = connection_.greeted();
    state_.connected = connection_.open();
    state_.updates = connection_.updates();
    state_.ending = connection_.ending();
    scene_ = make_scene(state_, screen_->width(), screen_->height());
    screen_->draw(scene_.lines);
    changed_ = false;
    next_draw_ = Clock::now() + kBetweenDraws;
}

void View::press(const KeyPress& press) {
    changed_ = true;
    if (press.key == Key::kResize) { return; }
    state_.notice.reset();
    if (state_.input) { return press_in_input(press); }
    if (std::exchange(state_.help, false)) { return; }
    const auto page = static_cast<std::ptrdiff_t>(scene_.page);
    constexpr std::ptrdiff_t kAll = 1'000'000'000;
    switch (press.key) {
        case Key::kCharacter:
            return press_character(press.character);
        case Key::kEnter:
            return model_.enter();
        case Key::kEscape:
            return escape();
        case Key::kBackspace:
            return static_cast<void>(model_.leave());
        case Key::kUp:
            return move(-1);
        case Key::kDown:
            return move(1);
        case Key::kLeft:
            return model_.next_thread(-1);
        case Key::kRight:
            return model_.next_thread(1);
        case Key::kPageUp:
            return move(-page);
        case Key::kPageDown:
            return move(page);
        case Key::kHome:
            return move(-kAll);
        case Key::kEnd:
            return move(kAll);
        case Key::kClick:
            return click(press, false);
        case Key::kDoubleClick:
            return click(press, true);
        case Key::kWheelUp:
            return move(-kWheelRows);
        case Key::kWheelDown:
            return move(kWheelRows);
        case Key::kResize:
        case Key::kOther:
            return;
    }
}

void View::press_character(wchar_t character) {
    switch (character) {
        case L'q':
            left_ = true;
            return;
        case L't':
            return model_.sort_by(report::LocationOrder::kTotal);
        case L'o':
            return model_.sort_by(report::LocationOrder::kOwn);
        case L'a':
            return model_.sort_by(report::LocationOrder::kCount);
        case L'm':
            return model_.toggle_merge();
        case L'<':
            return model_.next_thread(-1);
        case L'>':
            return model_.next_thread(1);
        case L' ':
            return model_.toggle_pause();
        case L'/':
            state_.input = model_.filter();
            return;
        case L'l':
            return toggle_mark();
        case L'b':
            return model_.toggle_baseline();
        case L's':
            return connection_.request(Request::kSave);
        case L'p':
            return cycle_output();
        case L'j':
            return move(1);
        case L'k':
            return move(-1);
        case L'?':
            state_.help = true;
            return;
        default:
            return;
    }
}

// The table follows every letter.
void View::press_in_input(const KeyPress& press) {
    std::string& text = *state_.input;
    if (press.key == Key::kEnter) {
        state_.input.reset();
        return;
    }
    if (press.key == Key::kEscape) {
        state_.input.reset();
        return model_.set_filter("");
    }
    if (press.key == Key::kBackspace) {
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) { text.pop_back(); }
        if (!text.empty()) { text.pop_back(); }
    }
    if (press.key == Key::kCharacter && press.character >= L' ') {
        char bytes[MB_LEN_MAX];
        const int count = std::wctomb(bytes, press.character);
        if (count > 0) { text.append(bytes, static_cast<std::size_t>(count)); }
    }
    model_.set_filter(text);
}

// One step back: out of the callers, of the filter; then out of the view.
void View::escape() {
    if (model_.leave()) { return; }
    if (!model_.filter().empty()) { return model_.set_filter(""); }
    left_ = true;
}

void View::toggle_mark() {
    marked_ = model_.amounts() != Amounts::kSince;
    connection_.forget_since();
    connection_.request(marked_ ? Request::kMark : Request::kUnmark);
    model_.set_mark(marked_);
}

void View::cycle_output() {
    pane_.scrolled = 0;
    switch (pane_.size) {
        case OutputPane::Size::kHidden:
            pane_.size = OutputPane::Size::kSmall;
            return;
        case OutputPane::Size::kSmall:
            pane_.size = OutputPane::Size::kFull;
            return;
        case OutputPane::Size::kFull:
            pane_.size = OutputPane::Size::kHidden;
            return;
    }
}

void View::move(std::ptrdiff_t rows) {
    if (pane_.size != OutputPane::Size::kFull) { return model_.move_cursor(rows); }
    const auto most = static_cast<std::ptrdiff_t>(pane_.lines.size());
    pane_.scrolled = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(pane_.scrolled) - rows, 0, most));
}

void View::click(const KeyPress& press, bool twice) {
    if (scene_.titles != 0 && press.line == scene_.titles) {
        for (auto column = scene_.sort_columns.rbegin(); column != scene_.sort_columns.rend(); ++column) {
            if (press.column >= column->first) { return model_.sort_by(column->second); }
        }
    }
    const std::size_t line = press.line - scene_.first_row;
    if (press.line < scene_.first_row || line >= scene_.row_of_line.size()) { return; }
    const std::size_t row = scene_.row_of_line[line];
    if (row == kNoRow) { return; }
    model_.select_row(row);
    if (twice) { model_.enter(); }
}

}  // namespace memray::live
