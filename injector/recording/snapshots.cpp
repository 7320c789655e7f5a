// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/snapshots.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "injector/base/error.h"

namespace memray::recording {
namespace {

constexpr std::uint64_t kRearmTenths = 9;  // of the limit

}  // namespace

Snapshots::Snapshots(SnapshotOptions options, collector::RecorderOptions capture, collector::Recorder& recorder)
    : options_(options),
      capture_(std::move(capture)),
      recorder_(recorder),
      next_(Clock::now() + std::chrono::duration_cast<Clock::duration>(options.every)) {}

void Snapshots::step(Rendezvous* rendezvous) {
    const bool due = is_due();
    if (writing_) {
        if (writing_->done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) { return; }
        finish(rendezvous);
    }
    if (rendezvous != nullptr) {
        if (const auto asked = rendezvous->snapshot_requested()) {
            if (asked->path.empty() && capture_.path.empty()) {
                return rendezvous->answer_snapshot("-There is no capture to call the snapshot after: use -o");
            }
            return start(asked->path.empty() ? next_path(asked->overwrite) : asked->path, asked->overwrite, false);
        }
    }
    if (!due) { return; }
    // What was due while another one was written is late, not lost.
    next_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(options_.every);
    if (options_.on_rss != 0 && recorder_.status().rss_bytes >= options_.on_rss) { armed_ = false; }
    start(next_path(capture_.overwrite), capture_.overwrite, true);
}

void Snapshots::end(Rendezvous* rendezvous) {
    if (writing_) { finish(rendezvous); }
}

bool Snapshots::is_due() {
    if (options_.every.count() > 0 && Clock::now() >= next_) { return true; }
    if (options_.on_rss == 0) { return false; }
    const std::uint64_t rss = recorder_.status().rss_bytes;
    if (rss < options_.on_rss / 10 * kRearmTenths) { armed_ = true; }
    return armed_ && rss >= options_.on_rss;
}

void Snapshots::start(const std::string& path, bool overwrite, bool own) {
    writing_ = Writing{path, own, recorder_.write_snapshot(path, overwrite)};
}

void Snapshots::finish(Rendezvous* rendezvous) {
    Writing written = std::move(*writing_);
    writing_.reset();
    std::string answer = "+Wrote a snapshot into " + written.path;
    try {
        written.done.get();
        if (written.own) { keep(written.path); }
    } catch (const std::exception& error) {
        answer = std::string("-") + error.what();
        if (written.own) { failure_ = error.what(); }
    }
    if (!written.own && rendezvous != nullptr) { rendezvous->answer_snapshot(answer); }
}

// Those of long ago make room: a recording of days must not fill the disk.
void Snapshots::keep(const std::string& path) {
    kept_.push_back(path);
    if (kept_.size() <= kKept) { return; }
    ::unlink(kept_.front().c_str());
    kept_.pop_front();
}

std::optional<std::string> Snapshots::take_failure() { return std::exchange(failure_, std::nullopt); }

std::string Snapshots::next_path(bool overwrite) {
    for (;;) {
        std::string path = fmt::format("{}.snapshot-{}", capture_.path, ++number_);
        if (overwrite || ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) { return path; }
    }
}

}  // namespace memray::recording
