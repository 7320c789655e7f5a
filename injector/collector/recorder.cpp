// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/recorder.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "injector/base/error.h"
#include "injector/capture/whole_capture.h"
#include "injector/collector/address_space_share.h"
#include "injector/collector/aggregator.h"
#include "injector/collector/capture_output.h"
#include "injector/collector/mapped_region.h"
#include "injector/collector/native_modules.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/pace.h"
#include "injector/collector/process_sampler.h"
#include "injector/collector/record_decoder.h"
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
    Impl(base::SharedMemory region, std::int64_t pid, capture::Metadata metadata, const RecorderOptions& options);

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
    void beat(Clock::time_point now) noexcept;
    bool drain();
    void sleep(milliseconds max_wait);
    void catch_up();
    [[nodiscard]] capture::Profile snapshot();
    void skip_when_stuck(Clock::time_point now);
    void drain_rest(bool target_gone);
    void name_threads();
    void write_if_due(Clock::time_point now);
    void stop_target();
    [[nodiscard]] capture::Losses losses() const;
    void complete(capture::Profile& profile);
    [[nodiscard]] HeapSize heap() const noexcept { return {aggregator_.heap(), aggregator_.peak()}; }

    bool compress_;
    MappedRegion region_;
    capture::Profile profile_;
    CaptureOutput output_;
    WallClock clock_;
    Aggregator aggregator_;
    OrderedMerge merge_;
    Pace pace_;
    NativeModules modules_;
    MemoryDevices devices_;
    RecordDecoder decoder_;
    ProcessSampler sampler_;
    TargetThreads threads_;
    SlotReclaimer reclaimer_;
    AddressSpaceShare share_;
    std::size_t named_threads_{0};
    std::optional<capture::Losses> losses_at_end_;  // of Python
    Clock::time_point moved_{Clock::now()};         // when the merge last delivered something
    bool idle_{false};
};

Recorder::Impl::Impl(base::SharedMemory region, std::int64_t pid, capture::Metadata metadata,
                     const RecorderOptions& options)
    : compress_(options.compress),
      region_(std::move(region)),
      profile_(started(std::move(metadata), options)),
      output_({options.path, options.overwrite, options.compress, options.aggregate}, profile_.metadata),
      clock_(std::max(profile_.metadata.start_ms, now_since_epoch_ms())),
      aggregator_(profile_.metadata.start_ms, output_.log()),
      merge_(region_),
      pace_(region_.ring_words()),
      modules_(region_, pid),
      devices_(pid),
      decoder_(merge_, region_.slot_count(), region_.hex_version(), aggregator_, profile_, &modules_, &devices_),
      sampler_(pid, profile_.metadata.start_ms),
      threads_(pid),
      reclaimer_(region_, merge_, threads_),
      share_(region_, pid) {}

void Recorder::Impl::step(milliseconds max_wait) {
    const Clock::time_point now = Clock::now();
    beat(now);
    const std::int64_t ms = clock_.at(now);
    decoder_.advance(ms);
    modules_.update();
    idle_ = !drain();
    if (!decoder_.finished()) { sampler_.sample(ms, heap(), profile_.snapshots); }
    if (decoder_.finished_for_good()) { stop_target(); }
    reclaimer_.step(now);
    share_.step(now);
    skip_when_stuck(now);
    write_if_due(now);
    if (idle_) { sleep(max_wait); }
}

// Its clock is CLOCK_MONOTONIC (libstdc++).
void Recorder::Impl::beat(Clock::time_point now) noexcept {
    wire::ControlPage& control = region_.control();
    control.seconds.store(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(),
                          std::memory_order_relaxed);
    control.heartbeat.fetch_add(1, std::memory_order_relaxed);
}

// False if the rings are read to their ends, or up to a missing number.
bool Recorder::Impl::drain() {
    const std::size_t handled = merge_.drain(decoder_, kBatch);
    if (!region_.failure().empty()) { stop_target(); }
    const Clock::time_point now = Clock::now();
    pace_.note(handled, now);
    if (handled > 0) { moved_ = now; }
    if (!decoder_.finished()) { losses_at_end_.reset(); }
    if (decoder_.finished() && !losses_at_end_) { losses_at_end_ = losses(); }
    name_threads();
    return handled >= kBatch;
}

void Recorder::Impl::sleep(milliseconds max_wait) {
    if (modules_.are_wanted() || (merge_.half_full() && !merge_.blocked())) { return; }
    const bool wanted = region_.control().slot_waiters.load(std::memory_order_relaxed) != 0 || merge_.writer_waits();
    pace_.sleep(merge_.blocked() || wanted ? std::min(max_wait, kBlockedWait) : max_wait);
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
    auto& threads = decoder_.threads();
    if (named_threads_ == threads.size()) { return; }
    threads_.refresh();
    for (; named_threads_ < threads.size(); ++named_threads_) {
        capture::Thread& thread = threads[named_threads_];
        if (thread.name.empty()) { thread.name = threads_.name(static_cast<std::uint32_t>(thread.tid)); }
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
        profile_.residences = sampler_.residences();
        aggregator_.add_sites(profile_);
        output_.flush(profile_, now);
    }
    if (!output_.failure().empty()) { stop_target(); }
}

void Recorder::Impl::stop_target() { wire::end_phase(region_.control().phase, wire::Phase::kStopped); }

bool Recorder::Impl::recording() const {
    const wire::Phase phase = region_.control().phase.load(std::memory_order_acquire);
    return phase != wire::Phase::kStopped && phase != wire::Phase::kAbandoned;
}

// Reads what is left. Numbers that are missing now are lost; a target that lives on may still be writing one.
void Recorder::Impl::drain_rest(bool target_gone) {
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < kLongestDrain) {
        beat(Clock::now());
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
    decoder_.advance(ms);
    drain_rest(target_gone);
    stop_target();
    drain_rest(target_gone);  // of threads that were waiting for room
    aggregator_.advance(ms);
    profile_.threads = decoder_.threads();
    sampler_.sample_last(ms, heap(), profile_.snapshots);
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
        beat(Clock::now());
        if (!drain() && merge_.next() < now) { sleep(kBlockedWait); }
    }
}

capture::Profile Recorder::Impl::snapshot() {
    const std::int64_t ms = clock_.at(Clock::now());
    aggregator_.advance(ms);
    catch_up();
    profile_.threads = decoder_.threads();
    capture::Profile profile = profile_;
    sampler_.sample_last(ms, heap(), profile.snapshots);
    profile.metadata.aggregated = true;
    profile.metadata.ending = {capture::EndKind::kRunning, 0};
    modules_.keep_symbols(profile);
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

// As they stand, but for what the aggregator knows of.
capture::Losses Recorder::Impl::losses() const {
    const wire::Losses& seen = region_.control().losses;
    capture::Losses losses;
    losses.events = seen.no_slot + seen.reentrant + seen.abandoned;
    losses.bad_stacks = seen.bad_frames + decoder_.bad_records();
    losses.cut_native_stacks = seen.cut_native;
    losses.unpatched = seen.unpatched;
    losses.missing_sequences = merge_.missing();
    return losses;
}

// Everything but the tables of sites.
void Recorder::Impl::complete(capture::Profile& profile) {
    capture::Metadata& metadata = profile.metadata;
    metadata.end_ms = clock_.at(Clock::now());
    metadata.losses = losses_at_end_ ? *losses_at_end_ : losses();
    metadata.large_requests = (region_.control().flags & wire::kTraceLargeRequests) != 0;
    metadata.chained = region_.control().chained;
    aggregator_.fill(profile);
    profile.residences = sampler_.residences();
    if (merge_.corrupt_rings() > 0) { metadata.incomplete = "the program overwrote the recorder's memory"; }
    if (!region_.failure().empty()) { metadata.incomplete = region_.failure(); }
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
    profile_.residences = sampler_.residences();
    aggregator_.fill_live(profile_);
    profile_.metadata.end_ms = clock_.at(Clock::now());
    return profile_;
}

RecorderStatus Recorder::Impl::status() const {
    return {aggregator_.events(), aggregator_.heap(),  aggregator_.peak(), output_.bytes_written(),
            output_.failure(),    sampler_.replaced(), sampler_.rss()};
}

Recorder::Recorder(base::SharedMemory region, std::int64_t pid, capture::Metadata metadata,
                   const RecorderOptions& options)
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
