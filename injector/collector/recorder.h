// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Records one target: drains the rings in order, keeps the live table and the aggregates, samples /proc, and writes
// the capture. The only class of this folder that others use. Not thread-safe: one thread drives it.
//
//   Recorder recorder(...);
//   while (target alive) recorder.step(10ms);
//   recorder.finish(how_it_ended);
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "injector/base/shared_memory.h"
#include "injector/capture/profile.h"
#include "injector/collector/mark.h"

namespace memray::collector {

struct RecorderOptions {
    std::string path;  // of the capture; empty: there is none, the recording is only looked at
    bool overwrite{false};
    bool compress{true};    // LZ4
    bool aggregate{false};  // no event log
};

struct RecorderStatus {
    std::uint64_t events{0};
    std::uint64_t heap_bytes{0};
    std::uint64_t peak_bytes{0};
    std::uint64_t capture_bytes{0};  // written so far
    std::string failure;             // why writing stopped ("No space left on device"), empty if it did not
    bool replaced{false};            // the target runs another program now (exec)
    std::uint64_t rss_bytes{0};      // resident memory of the target, at most 10 ms ago
};

class Recorder {
public:
    // Creates the capture. `region` is the shared memory the payload was started with, laid out by the controller;
    // `metadata` holds what is known at the start. Throws base::Error if the capture exists (unless overwrite) or
    // cannot be created.
    Recorder(base::SharedMemory region, std::int64_t pid, capture::Metadata metadata, const RecorderOptions& options);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // Handles what the rings hold; if there is nothing, sleeps: shorter than it takes to fill a ring at the rate of
    // late, at most for `max_wait`, and until a signal arrives. Never throws because of what the target wrote or
    // because the disk is full: see status().
    void step(std::chrono::milliseconds max_wait);

    // False once no more records can come: the payload switched itself off.
    [[nodiscard]] bool recording() const;

    // Writes a capture of what the target had done when this was called, which every report opens: totals without the
    // log of events, with EndKind::kRunning. Between two steps, not after finish(). This call drains the rings and
    // copies the tables; a thread of its own then compresses and writes, while the recording goes on. The file appears
    // when it is complete. get() throws base::Error if it could not be written; the future's destructor waits.
    [[nodiscard]] std::future<void> write_snapshot(std::string path, bool overwrite);

    // Drains the rest, writes the final tables and closes the file. The target must be dead, stopped for good or
    // detached.
    void finish(capture::Ending ending);

    // Removes the capture instead (nothing of the user's program ran).
    void discard();

    [[nodiscard]] RecorderStatus status() const;

    // What a live view shows, brought up to date: the tables that describe sites, threads, snapshots, residences,
    // `peak`, frees of unknown memory, and, of each site, also of those that are no memory, and of the whole heap,
    // `leaked`: what is live now. Everything else is as it was. Costs a few nanoseconds per site. Valid until the next
    // call of any function.
    [[nodiscard]] const capture::Profile& look();

    // This moment, as far as records were handled, and, per site, what was allocated since then and is live. That looks
    // at every live allocation: some 5 ns each.
    [[nodiscard]] Mark mark();
    [[nodiscard]] std::vector<capture::Amount> live_since(const Mark& mark) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace memray::collector
