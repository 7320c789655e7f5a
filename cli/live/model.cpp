// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/model.h"

#include <algorithm>
#include <utility>

#include "cli/report/my_code.h"

namespace memray::live {

void Model::update(const Recording& recording) {
    threads_ = recording.profile.threads.size();
    if (paused_ || recording.changes == seen_changes_) { return; }
    seen_changes_ = recording.changes;
    take(recording);
    if (!view_.stacks.empty()) { growth_.sample(location_rows(view_, live_)); }
    compute();
}

void Model::take(const Recording& recording) {
    const capture::Profile& profile = recording.profile;
    if (profile.stacks.size() != viewed_stacks_ || profile.sites.size() != thread_of_site_.size()) {
        whole_view_ = report::make_stack_view(profile);
        choose_frames();
        viewed_stacks_ = profile.stacks.size();
        thread_of_site_.clear();
        for (const capture::Site& site : profile.sites) { thread_of_site_.push_back(site.thread); }
    }
    live_ = report::leaked(profile);
    since_ = recording.since;
    since_.resize(std::min(since_.size(), live_.size()));
    for (std::size_t i = 0; i < live_.size(); ++i) {  // what is mapped and no memory stands in reports
        if (capture::is_memory(profile.sites[i].allocator)) { continue; }
        live_[i] = {};
        if (i < since_.size()) { since_[i] = {}; }
    }
}

void Model::choose_frames() {
    view_ = whole_view_;
    if (!all_frames_) { report::show_my_code(view_, report::LibraryCalls::kCharged); }
}

void Model::compute() {
    const std::optional<Row> selected =
        cursor_moved_ && cursor_ < rows_.size() ? std::optional(rows_[cursor_]) : std::nullopt;
    const report::Selection& shown = amounts_ == Amounts::kSince ? since_ : live_;
    whole_ = report::sum(shown);
    rows_ = rows_of(of_thread(shown));
    if (amounts_ == Amounts::kDifference && baseline_) { rows_ = difference(rows_, rows_of(of_thread(*baseline_))); }
    if (amounts_ == Amounts::kGrowing && focus() == nullptr) {
        std::erase_if(rows_, [this](const Row& row) { return !growth_.grows(row); });
    }
    keep_matching(rows_, filter_);
    sort_rows(rows_, order_);
    place_cursor(selected);
}

std::vector<Row> Model::rows_of(const report::Selection& selection) const {
    if (view_.stacks.empty()) { return {}; }
    return focus() == nullptr ? location_rows(view_, selection) : relatives(view_, selection, *focus());
}

report::Selection Model::of_thread(const report::Selection& selection) const {
    report::Selection result = selection;
    if (merged_) { return result; }
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (thread_of_site_[i] != thread_) { result[i] = {}; }
    }
    return result;
}

// Stays on its row while rows move, once the user has chosen one.
void Model::place_cursor(const std::optional<Row>& selected) {
    if (selected) {
        const auto found =
            std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.same_place(*selected); });
        if (found != rows_.end()) { cursor_ = static_cast<std::size_t>(found - rows_.begin()); }
    }
    cursor_ = std::min(cursor_, rows_.empty() ? 0 : rows_.size() - 1);
}

void Model::sort_by(report::LocationOrder order) {
    order_ = order;
    compute();
}

void Model::toggle_merge() {
    merged_ = !merged_;
    compute();
}

void Model::next_thread(int step) {
    if (merged_ || threads_ == 0) { return; }
    const auto count = static_cast<std::ptrdiff_t>(threads_);
    thread_ = static_cast<std::size_t>((static_cast<std::ptrdiff_t>(thread_) + step % count + count) % count);
    compute();
}

void Model::toggle_pause() { paused_ = !paused_; }

void Model::set_filter(const std::string& text) {
    filter_ = text;
    compute();
}

void Model::set_mark(bool marked) {
    amounts_ = marked ? Amounts::kSince : Amounts::kLive;
    since_.clear();
    compute();
}

void Model::toggle_baseline() {
    const bool on = amounts_ != Amounts::kDifference;
    amounts_ = on ? Amounts::kDifference : Amounts::kLive;
    baseline_ = on ? std::optional(live_) : std::nullopt;
    compute();
}

void Model::toggle_growth() {
    amounts_ = amounts_ == Amounts::kGrowing ? Amounts::kLive : Amounts::kGrowing;
    baseline_.reset();
    compute();
}

// A location that was entered may not be shown any more.
void Model::toggle_all_frames() {
    all_frames_ = !all_frames_;
    while (leave()) {}
    choose_frames();
    growth_.forget();  // other functions own other memory
    compute();
}

void Model::move_cursor(std::ptrdiff_t rows) {
    if (rows_.empty()) { return; }
    const auto last = static_cast<std::ptrdiff_t>(rows_.size() - 1);
    cursor_ =
        static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(cursor_) + rows, 0, last));
    cursor_moved_ = cursor_ != 0;
}

void Model::select_row(std::size_t row) {
    if (row >= rows_.size()) { return; }
    cursor_ = row;
    cursor_moved_ = true;
}

void Model::enter() {
    if (cursor_ >= rows_.size()) { return; }
    const Row& row = rows_[cursor_];
    if (row.role == Role::kItself || row.function == kNoCaller) { return; }
    entered_.push_back({{row.function, row.file}, std::exchange(filter_, {})});
    cursor_ = 0;
    cursor_moved_ = false;
    compute();
}

bool Model::leave() {
    if (entered_.empty()) { return false; }
    const Place place = std::move(entered_.back().place);
    filter_ = std::move(entered_.back().filter);
    entered_.pop_back();
    cursor_moved_ = false;
    compute();
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
        return row.role != Role::kItself && Place{row.function, row.file} == place;
    });
    if (found != rows_.end()) { select_row(static_cast<std::size_t>(found - rows_.begin())); }
    return true;
}

std::optional<std::size_t> Model::thread() const { return merged_ ? std::nullopt : std::optional(thread_); }

}  // namespace memray::live
