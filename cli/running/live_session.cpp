// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/live_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/live/watch.h"
#include "injector/base/file.h"

namespace memray::cli {

void LiveSession::watch_here(const std::string& program) {
    if (!live::has_screen()) { return watch_as_text(); }
    output_.emplace(program);
    view_.emplace(output_->path(), stdout);  // before there is another thread
    output_->redirect();
}

// Standard output is the program's, as alone; standard input is the view's, as on a screen.
void LiveSession::watch_as_text() {
    view_.emplace("", stderr);
    const base::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ::dup2(nothing.get(), STDIN_FILENO);
}

void LiveSession::watch_from_elsewhere(std::optional<int> port) {
    remote_ = true;
    if (port) { return server_.entrance().open_port(*port); }
    server_.entrance().open();
}

bool LiveSession::begin(const capture::Metadata& metadata, int pidfd) {
    server_.show(metadata);
    if (view_) { server_.adopt(view_->take_socket()); }
    if (!remote_) { return true; }
    const live::Entrance& entrance = server_.entrance();
    std::string how = fmt::format("Run 'memray live {}' in another shell to see live results\n", entrance.number());
    if (!entrance.token().empty()) { how += fmt::format("From elsewhere its token is {}\n", entrance.token()); }
    base::write_all(STDOUT_FILENO, how);
    return server_.wait_for_viewer(pidfd, [this] { tell_refusal(); });
}

// Once: there may be thousands.
void LiveSession::tell_refusal() {
    if (refusal_told_ || !server_.entrance().take_refusal()) { return; }
    refusal_told_ = true;
    fmt::print(stderr,
               "memray: a connection to the live view was closed: it is another user's, or has not the token\n");
}

void LiveSession::step(collector::Recorder& recorder) {
    server_.step(recorder);
    tell_refusal();
    if (view_ && view_->has_ended()) { leave_view(); }
}

// The program goes on, as one that was started without a view.
void LiveSession::leave_view() {
    view_.reset();
    if (output_) {
        output_->restore();
        output_->show();
    }
    fmt::print(stderr, "memray: the view is closed; the program goes on, Ctrl-C interrupts it\n");
}

void LiveSession::end(collector::Recorder& recorder, const capture::Ending& ending) {
    server_.finish(recorder, ending);
    if (view_) { view_->wait(); }
}

std::string LiveSession::close(bool failed) {
    view_.reset();
    if (!output_) { return {}; }
    output_->restore();
    return output_->finish(failed);
}

}  // namespace memray::cli
