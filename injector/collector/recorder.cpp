// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/recorder.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "injector/base/error.h"
#include "injector/capture/whole_capture.h"
#include "injector/collector/aggregator.h"
#include "injector/collector/capture_output.h"
#include "injector/collector/futex.h"
#include "injector/collector/native_modules.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/process_sampler.h"
#include "injector/collector/record_decoder.h"
#include "injector/collector/region.h"
#include "injector/collector/slot_reclaimer.h"
#include "injector/collector/target_threads.h"

namespace memray::collector {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBatch = 1U << 16U;  // records between two looks at the clock
constexpr milliseconds kPatience{2000};    // with a missing number while writers wait for room
constexpr milliseconds kCorruptPatience{10};
constexpr milliseconds kBlockedWait{1};
constexpr milliseconds kDetachedPatience{100};
constexpr std::chrono::seconds kLongestDrain{30};
constexpr std::chrono::seconds kLongestCatchUp{1};

// Milliseconds since the epoch that never run backwards.
class WallClock {
public:
    explicit WallClock(std::int64_t start_ms) : start_ms_(start_ms), started_(Clock::now()) {}
    [[nodiscard]] std::int64_t at(Clock::time_point now) const {
        return start_ms_ + std::chrono::duration_cast<milliseconds>(now - started_).count();
    }

private:
    std::int64_t start_ms_;
    Clock::time_point started_;
};

std::int64_t now_since_epoch_ms() {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The empty profile of a recording that starts now.
capture::Profile started(capture::Metadata metadata, const RecorderOptions& options) {
    capture::Profile profile;
    profile.metadata = std::move(metadata);
    profile.metadata.aggregated = options.aggregate;
    if (profile.metadata.start_ms == 0) { profile.metadata.start_ms = now_since_epoch_ms(); }
    return profile;
}

std::future<void> failed(const base::Error& error) {
    std::promise<void> promise;
    promise.set_exception(std::make_exception_ptr(error));
    return promise.get_future();
}

}  // namespace

class Recorder::Impl {
public:
    Impl(base::Mapping region, std::int64_t pid, capture::Metadata metadata, const RecorderOptions& options);

    void step(milliseconds max_wait);
    [[nodiscard]] bool recording() const;
    [[nodiscard]] std::future<void> write_snapshot(std::string path, bool overwrite);
    void finish(capture::Ending ending);
    void discard() { output_.discard(); }
    [[nodiscard]] RecorderStatus status() const;
    [[nodiscard]] const capture::Profile& look();
    [[nodiscard]] Mark mark() { return aggregator_.mark(decoder_.states(), decoder_.threads().size()); }
    [[nodiscard]] std::vector<capture::Amount> live_since(const Mark& mark) const {
        return aggregator_.live_since(mark);
    }

private:
    bool drain();
    void sleep(milliseconds max_wait);
    void catch_up();
    [[nodiscard]] capture::Profile snapshot();
    void skip_when_stuck(Clock::time_point now);
    void drain_rest(bool target_gone);
    void name_threads();
    void write_if_due(Clock::time_point now);
    void stop_target();
    void stop_writing_after_failure();
    void complete(capture::Profile& profile);

    bool compress_;
    Region region_;
    capture::Profile profile_;
    CaptureOutput output_;
    WallClock clock_;
    Aggregator aggregator_;
    OrderedMerge merge_;
    NativeModules modules_;
    RecordDecoder decoder_;
    ProcessSampler sampler_;
    TargetThreads threads_;
    SlotReclaimer reclaimer_;
    std::size_t named_threads_{0};
    Clock::time_point moved_{Clock::now()};  // when the merge last delivered something
    bool idle_{false};
};

Recorder::Impl::Impl(base::Mapping region, std::int64_t pid, capture::Metadata metadata, const RecorderOptions& options)
    : compress_(options.compress),
      region_(std::move(region)),
      profile_(started(std::move(metadata), options)),
      output_({options.path, options.overwrite, options.compress, options.aggregate}, profile_.metadata),
      clock_(std::max(profile_.metadata.start_ms, now_since_epoch_ms())),
      aggregator_(profile_.metadata.start_ms, output_.log()),
      merge_(region_),
      modules_(region_, pid),
      decoder_(merge_, region_.slot_count(), region_.hex_version(), aggregator_, profile_, &modules_),
      sampler_(pid),
      threads_(pid),
      reclaimer_(region_, merge_, threads_) {}

void Recorder::Impl::step(milliseconds max_wait) {
    region_.control().heartbeat.fetch_add(1, std::memory_order_relaxed);
    const Clock::time_point now = Clock::now();
    const std::int64_t ms = clock_.at(now);
    aggregator_.advance(ms);
    modules_.update();
    idle_ = !drain();
    sampler_.sample(ms, aggregator_.heap(), profile_.snapshots);
    reclaimer_.step(now);
    skip_when_stuck(now);
    write_if_due(now);
    if (idle_) { sleep(max_wait); }
}

// False if the rings are read to their ends, or up to a missing number.
bool Recorder::Impl::drain() {
    const std::size_t handled = merge_.drain(decoder_, kBatch);
    if (handled > 0) { moved_ = Clock::now(); }
    name_threads();
    return handled >= kBatch;
}

void Recorder::Impl::sleep(milliseconds max_wait) {
    wire::ControlPage& control = region_.control();
    const std::uint32_t seen = control.wakeup.load(std::memory_order_acquire);
    // Dekker with the writer: it publishes, then looks whether we sleep; we say so, then look at its ring again.
    control.controller_sleeping.store(1, std::memory_order_seq_cst);
    const bool wanted = control.slot_waiters.load(std::memory_order_relaxed) != 0 || merge_.writer_waits();
    if (merge_.blocked() || wanted) { max_wait = std::min(max_wait, kBlockedWait); }
    if ((merge_.blocked() || !merge_.half_full()) && !modules_.are_wanted()) {
        futex_wait(control.wakeup, seen, max_wait);
    }
    control.controller_sleeping.store(0, std::memory_order_relaxed);
}

// A number that stays away while threads of the target stand still will not come: its thread was stopped or died in
// the middle of a record. Rings that were given up leave gaps that nobody fills.
void Recorder::Impl::skip_when_stuck(Clock::time_point now) {
    if (!merge_.blocked()) { return; }
    const milliseconds patience = merge_.corrupt_rings() > 0 ? kCorruptPatience : kPatience;
    const bool not_coming = merge_.corrupt_rings() > 0 || merge_.writer_waits();
    if (now - moved_ >= patience && not_coming) { merge_.skip_missing(); }
}

void Recorder::Impl::name_threads() {
    for (auto& threads = decoder_.threads(); named_threads_ < threads.size(); ++named_threads_) {
        capture::Thread& thread = threads[named_threads_];
        if (thread.name.empty()) { thread.name = sampler_.thread_name(thread.tid); }
    }
}

void Recorder::Impl::write_if_due(Clock::time_point now) {
    if (!output_.due(now)) { return; }
    profile_.threads = decoder_.threads();
    if (output_.aggregated()) {
        capture::Profile profile = profile_;
        complete(profile);
        output_.checkpoint(profile, now);
    } else {
        aggregator_.add_sites(profile_);
        output_.flush(profile_, now);
    }
    stop_writing_after_failure();
}

void Recorder::Impl::stop_writing_after_failure() {
    if (output_.failure().empty()) { return; }
    aggregator_.stop_logging();
    stop_target();
}

void Recorder::Impl::stop_target() {
    wire::Phase recording = wire::Phase::kRecording;
    region_.control().phase.compare_exchange_strong(recording, wire::Phase::kStopped);
}

bool Recorder::Impl::recording() const {
    if (decoder_.finished()) { return false; }
    switch (region_.control().phase.load(std::memory_order_acquire)) {
        case wire::Phase::kStopped:
        case wire::Phase::kAbandoned:
            return false;
        case wire::Phase::kFinished:  // unless its record is still to be read
            return !idle_;
        default:
            return true;
    }
}

// Reads what is left. Numbers that are missing now are lost; a target that lives on may still be writing one.
void Recorder::Impl::drain_rest(bool target_gone) {
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < kLongestDrain) {
        region_.control().heartbeat.fetch_add(1, std::memory_order_relaxed);
        if (drain()) { continue; }
        if (!merge_.blocked()) { break; }
        if (target_gone || Clock::now() - moved_ >= kDetachedPatience) {
            merge_.skip_missing();
        } else {
            sleep(kBlockedWait);
        }
    }
}

void Recorder::Impl::finish(capture::Ending ending) {
    const bool target_gone = ending.kind == capture::EndKind::kExited || ending.kind == capture::EndKind::kSignaled ||
                             ending.kind == capture::EndKind::kReplaced;
    const std::int64_t ms = clock_.at(Clock::now());
    aggregator_.advance(ms);
    drain_rest(target_gone);
    stop_target();
    drain_rest(target_gone);  // of threads that were waiting for room
    profile_.threads = decoder_.threads();
    sampler_.sample_last(ms, aggregator_.heap(), profile_.snapshots);
    profile_.metadata.ending = ending;
    modules_.keep_symbols(profile_);
    complete(profile_);
    output_.finish(profile_);
}

// Reads what the target has written by now. A thread may have stopped in the middle of a record, so not for ever.
void Recorder::Impl::catch_up() {
    const Clock::time_point start = Clock::now();
    const std::uint64_t now = region_.control().next_sequence.load(std::memory_order_acquire);
    while (merge_.next() < now && Clock::now() - start < kLongestCatchUp) {
        region_.control().heartbeat.fetch_add(1, std::memory_order_relaxed);
        if (!drain() && merge_.next() < now) { sleep(kBlockedWait); }
    }
}

capture::Profile Recorder::Impl::snapshot() {
    const std::int64_t ms = clock_.at(Clock::now());
    aggregator_.advance(ms);
    catch_up();
    profile_.threads = decoder_.threads();
    capture::Profile profile = profile_;
    sampler_.sample_last(ms, aggregator_.heap(), profile.snapshots);
    profile.metadata.aggregated = true;
    profile.metadata.ending = {capture::EndKind::kRunning, 0};
    complete(profile);
    return profile;
}

std::future<void> Recorder::Impl::write_snapshot(std::string path, bool overwrite) {
    capture::WholeFile file{std::move(path), overwrite, compress_};
    try {
        capture::require_creatable(file);
        return std::async(std::launch::async,
                          [profile = snapshot(), file = std::move(file)] { capture::write_capture(profile, file); });
    } catch (const base::Error& error) { return failed(error); } catch (const std::system_error& error) {
        return failed(base::Error(error.what()));
    }
}

// Everything but the tables of sites.
void Recorder::Impl::complete(capture::Profile& profile) {
    capture::Metadata& metadata = profile.metadata;
    metadata.end_ms = clock_.at(Clock::now());
    const wire::Losses& seen = region_.control().losses;
    metadata.losses = {};
    metadata.losses.events = seen.no_slot + seen.reentrant + seen.abandoned;
    metadata.losses.bad_stacks = seen.bad_frames + decoder_.bad_records();
    metadata.losses.cut_native_stacks = seen.cut_native;
    metadata.losses.unpatched = seen.unpatched;
    metadata.losses.missing_sequences = merge_.missing();
    aggregator_.fill(profile);
    if (merge_.corrupt_rings() > 0) { metadata.incomplete = "the program overwrote the recorder's memory"; }
    if (!output_.failure().empty()) { metadata.incomplete = output_.failure(); }
    if (metadata.main_thread != 0) { return; }
    for (const capture::Thread& thread : profile.threads) {
        if (thread.tid == threads_.own_pid()) {
            metadata.main_thread = thread.id;
            break;
        }
    }
}

const capture::Profile& Recorder::Impl::look() {
    profile_.threads = decoder_.threads();
    aggregator_.fill_live(profile_);
    profile_.metadata.end_ms = clock_.at(Clock::now());
    return profile_;
}

RecorderStatus Recorder::Impl::status() const {
    return {aggregator_.events(), aggregator_.heap(),  aggregator_.peak(), output_.bytes_written(),
            output_.failure(),    sampler_.replaced(), sampler_.rss()};
}

Recorder::Recorder(base::Mapping region, std::int64_t pid, capture::Metadata metadata, RecorderOptions options)
    : impl_(std::make_unique<Impl>(std::move(region), pid, std::move(metadata), options)) {}
Recorder::~Recorder() = default;
void Recorder::step(std::chrono::milliseconds max_wait) { impl_->step(max_wait); }
bool Recorder::recording() const { return impl_->recording(); }
std::future<void> Recorder::write_snapshot(std::string path, bool overwrite) {
    return impl_->write_snapshot(std::move(path), overwrite);
}
void Recorder::finish(capture::Ending ending) { impl_->finish(ending); }
void Recorder::discard() { impl_->discard(); }
RecorderStatus Recorder::status() const { return impl_->status(); }
const capture::Profile& Recorder::look() { return impl_->look(); }
Mark Recorder::mark() { return impl_->mark(); }
std::vector<capture::Amount> Recorder::live_since(const Mark& mark) const { return impl_->live_since(mark); }

}  // namespace memray::collector
