// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/view.h"

#include <fmt/chrono.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "injector/live/entrance.h"

namespace memray::live {
namespace {

using terminal::Key;
using terminal::KeyPress;

constexpr wchar_t kControlC = 3;
constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::chrono::milliseconds kBetweenClocks{1000};
constexpr std::chrono::milliseconds kBetweenOutputs{200};
constexpr std::chrono::seconds kNoticeTime{8};
constexpr std::ptrdiff_t kWheelRows = 3;
constexpr std::ptrdiff_t kAllRows = 1'000'000'000;

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    return fmt::format("{:%a %b %e %H:%M:%S %Y}", local);
}

// Ctrl-C is another q.
KeyPress with_one_quit(KeyPress press) {
    if (press.key == Key::kCharacter && press.character == kControlC) { press.character = L'q'; }
    return press;
}

// How many rows a key moves the cursor; 0: it does not.
std::ptrdiff_t rows_of(const KeyPress& press, std::ptrdiff_t page) {
    switch (press.key) {
        case Key::kCharacter:
            return press.character == L'j' ? 1 : press.character == L'k' ? -1 : 0;
        case Key::kUp:
            return -1;
        case Key::kDown:
            return 1;
        case Key::kPageUp:
            return -page;
        case Key::kPageDown:
            return page;
        case Key::kHome:
            return -kAllRows;
        case Key::kEnd:
            return kAllRows;
        case Key::kWheelUp:
            return -kWheelRows;
        case Key::kWheelDown:
            return kWheelRows;
        default:
            return 0;
    }
}

void change_table(Model& model, wchar_t key) {
    switch (key) {
        case L't':
            return model.sort_by(report::LocationOrder::kTotal);
        case L'o':
            return model.sort_by(report::LocationOrder::kOwn);
        case L'a':
            return model.sort_by(report::LocationOrder::kCount);
        case L'm':
            return model.toggle_merge();
        case L'<':
            return model.next_thread(-1);
        case L'>':
            return model.next_thread(1);
        case L' ':
            return model.toggle_pause();
        case L'b':
            return model.toggle_baseline();
        case L'g':
            return model.toggle_growth();
        case L'f':
            return model.toggle_all_frames();
        default:
            return;
    }
}

}  // namespace

View::View(base::UniqueFd socket, const ViewOptions& options)
    : first_(std::move(socket)), output_text_(options.output_path) {
    if (!options.output_path.empty()) { pane_.size = OutputPane::Size::kSmall; }
    state_.output = &pane_;
}

void View::run() {
    // Keys are keys here, no signals: Ctrl-C leaves the view. Typed when it is closed they are the program's, as alone.
    screen_.emplace(terminal::ScreenOptions{.mouse = true, .signals = false});
    while (!left_) {
        take_news();
        if (changed_ && Clock::now() >= next_draw_) { draw(); }
        wait();
        while (const auto key = screen_->read_key()) { press(with_one_quit(*key)); }
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
    std::array<pollfd, 3> waiting{{{STDIN_FILENO, POLLIN, 0}}};
    nfds_t count = 1;
    for (Watched* watched : {&first_, chosen_ ? &*chosen_ : nullptr}) {
        const bool reads = watched != nullptr && watched->connection().open() && !changed_;
        if (reads) { waiting.at(count++) = {watched->connection().fd(), POLLIN, 0}; }
    }
    ::poll(waiting.data(), count, static_cast<int>(time.count()));
    if ((waiting[0].revents & (POLLHUP | POLLERR)) != 0) { left_ = true; }  // the terminal is gone
}

void View::take_news() {
    changed_ = first_.take_news() || changed_;
    if (chosen_) { take_news_of_chosen(); }
    list_processes();
    take_notices();
    if (output_text_.refresh()) {
        pane_.lines = output_text_.lines();
        changed_ = true;
    }
    std::string clock = clock_text();
    if (clock != state_.clock) { changed_ = true; }
    state_.clock = std::move(clock);
}

// Its number may be another recording's by now, or was always, if it is recorded on another machine.
void View::take_news_of_chosen() {
    try {
        changed_ = chosen_->take_news() || changed_;
        if (chosen_->connection().greeted() && chosen_->as_process().pid != chosen_process_.pid) {
            throw base::Error(fmt::format("Process {} cannot be shown here", chosen_process_.pid));
        }
    } catch (const base::Error& error) {
        chosen_.reset();
        notify({true, error.what()});
    }
}

void View::list_processes() {
    const auto& others = first_.connection().processes();
    if (!others) { return; }
    ProcessList& list = state_.processes;
    list.processes = {first_.as_process()};
    list.processes.insert(list.processes.end(), others->begin(), others->end());
    list.shown = 0;
    for (std::size_t i = 1; chosen_ && i < list.processes.size(); ++i) {
        const Process& process = list.processes[i];
        if (process.pid == chosen_process_.pid && process.port == chosen_process_.port) { list.shown = i; }
    }
    list.move_cursor(0);
}

void View::take_notices() {
    if (auto notice = shown().connection().take_notice()) { notify(std::move(*notice)); }
    if (!state_.notice || Clock::now() < notice_until_) { return; }
    state_.notice.reset();
    changed_ = true;
}

void View::notify(Notice notice) {
    state_.notice = std::move(notice);
    notice_until_ = Clock::now() + kNoticeTime;
    changed_ = true;
}

void View::draw() {
    const Connection& connection = shown().connection();
    state_.recording = &connection.recording();
    state_.model = &shown().model();
    state_.greeted = connection.greeted();
    state_.connected = connection.open();
    state_.updates = connection.updates();
    state_.ending = connection.ending();
    const terminal::Size size = screen_->size();
    scene_ = make_scene(state_, size.columns, size.lines);
    screen_->draw(scene_.lines);
    changed_ = false;
    next_draw_ = Clock::now() + kBetweenDraws;
}

void View::press(const KeyPress& press) {
    changed_ = true;
    if (press.key == Key::kResize) { return; }
    state_.notice.reset();
    if (state_.input) { return press_in_input(press); }
    const std::ptrdiff_t rows = rows_of(press, static_cast<std::ptrdiff_t>(scene_.page));
    if (state_.help) { return press_in_help(rows); }
    return rows != 0 ? move(rows) : press_key(press);
}

void View::press_in_help(std::ptrdiff_t rows) {
    state_.help = rows != 0;
    const auto scrolled = static_cast<std::ptrdiff_t>(scene_.help_scrolled) + rows;
    state_.help_scrolled = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, rows == 0 ? 0 : scrolled));
}

void View::press_key(const KeyPress& press) {
    switch (press.key) {
        case Key::kCharacter:
            return press_character(press.character);
        case Key::kEnter:
            return enter();
        case Key::kEscape:
            return escape();
        case Key::kBackspace:
            return static_cast<void>(leave());
        case Key::kLeft:
            return shown().model().next_thread(-1);
        case Key::kRight:
            return shown().model().next_thread(1);
        case Key::kClick:
            return click(press, false);
        case Key::kDoubleClick:
            return click(press, true);
        default:
            return;
    }
}

void View::press_character(wchar_t character) {
    switch (character) {
        case L'q':
            left_ = true;
            return;
        case L'/':
            state_.input = shown().model().filter();
            return;
        case L'l':
            return toggle_mark();
        case L's':
            return shown().connection().request(Request::kSave);
        case L'c':
            return toggle_processes();
        case L'p':
            return cycle_output();
        case L'?':
            state_.help = true;
            return;
        default:
            return change_table(shown().model(), character);
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
        return shown().model().set_filter("");
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
    shown().model().set_filter(text);
}

// One step back: out of the list, of the callers, of the filter; then out of the view.
void View::escape() {
    if (leave()) { return; }
    if (!shown().model().filter().empty()) { return shown().model().set_filter(""); }
    left_ = true;
}

bool View::leave() { return std::exchange(state_.processes.open, false) || shown().model().leave(); }

void View::enter() { return state_.processes.open ? choose_process() : shown().model().enter(); }

void View::toggle_mark() {
    const bool marks = shown().model().amounts() != Amounts::kSince;
    shown().connection().forget_since();
    shown().connection().request(marks ? Request::kMark : Request::kUnmark);
    shown().model().set_mark(marks);
}

void View::toggle_processes() {
    ProcessList& list = state_.processes;
    list.open = !list.open && !list.processes.empty();
    list.cursor = list.shown;
    if (list.open && pane_.size == OutputPane::Size::kFull) { pane_.size = OutputPane::Size::kSmall; }
}

void View::choose_process() {
    ProcessList& list = state_.processes;
    list.open = false;
    if (list.cursor == list.shown) { return; }
    if (list.cursor == 0) { return chosen_.reset(); }
    const Process process = list.processes[list.cursor];
    if (!process.running()) {
        return notify({true, fmt::format("Process {} has ended: it can be chosen only while it runs", process.pid)});
    }
    base::UniqueFd socket = process.port != 0 ? try_connect(process.port) : base::UniqueFd();
    if (!socket) {
        return notify({true, fmt::format("Process {} has just ended, or is recorded on another machine", process.pid)});
    }
    const report::LocationOrder order = shown().model().order();
    chosen_.emplace(std::move(socket));
    chosen_->model().sort_by(order);
    chosen_process_ = process;
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
    if (pane_.size != OutputPane::Size::kFull) {
        return state_.processes.open ? state_.processes.move_cursor(rows) : shown().model().move_cursor(rows);
    }
    const auto most = static_cast<std::ptrdiff_t>(pane_.lines.size());
    pane_.scrolled = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(pane_.scrolled) - rows, 0, most));
}

void View::click(const KeyPress& press, bool twice) {
    if (scene_.titles != 0 && press.line == scene_.titles) {
        for (auto column = scene_.sort_columns.rbegin(); column != scene_.sort_columns.rend(); ++column) {
            if (press.column >= column->first) { return shown().model().sort_by(column->second); }
        }
    }
    const std::size_t line = press.line - scene_.first_row;
    if (press.line < scene_.first_row || line >= scene_.row_of_line.size()) { return; }
    const std::size_t row = scene_.row_of_line[line];
    if (row == kNoRow) { return; }
    if (state_.processes.open) {
        state_.processes.cursor = row;
    } else {
        shown().model().select_row(row);
    }
    if (twice) { enter(); }
}

}  // namespace memray::live
