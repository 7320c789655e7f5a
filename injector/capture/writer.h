// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writes one capture. Two ways, decided at the start:
//   with event log    append-only: flush() adds the table entries that are new and the events since the last flush,
//                     finish() adds the finished tables and a trailer. Killed at any moment, the whole sections on
//                     disk can be read.
//   aggregated        the file is only ever replaced as a whole (temporary file beside it, then rename): checkpoint()
//                     and finish() write all tables. Killed at any moment, the last checkpoint is there.
//
// Write errors (disk full) throw base::Error once, and failure() tells of the first for good; the file was then cut
// back to its last whole section, later events, flushes and checkpoints do nothing, and finish() tries once more to add
// the tables, and if that fails how the program ended. The header of the file says why it has no end. Used from one
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "injector/capture/events/event_encoder.h"
#include "injector/capture/profile.h"

namespace memray::capture {

struct WriterOptions {
    std::string path;
    bool overwrite{false};
    bool compress{true};
    bool aggregated{false};
};

class Writer {
public:
    // Creates the file with its header and `metadata` in it. Throws base::Error: "Output file F already exists. ..."
    // (unless overwrite), "Could not create output file F: ...". A path that is not a regular file (/dev/null, a pipe)
    // is written to without seeking or renaming.
    Writer(const WriterOptions& options, const Metadata& metadata);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Event log; a few nanoseconds each, buffered in memory; do nothing when aggregated. Slot numbers follow the rule
    // in event.h.
    void allocation(std::uint32_t site, std::uint64_t size) {
        if (logging_) { events_.allocation(site, size); }
    }
    // `other_thread`: freed by another thread than the one that allocated it (it then has no lifetime).
    void deallocation(std::uint32_t slot, bool other_thread = false) {
        if (logging_) { events_.deallocation(slot, other_thread); }
    }
    void restore(std::uint32_t site, std::uint64_t size) {
        if (logging_) { events_.restore(site, size); }
    }
    void time(std::int64_t ms) {
        if (logging_) { events_.time(ms); }
    }
    // Bytes of encoded events that wait for a flush: flush at about 1 MiB or once a second.
    [[nodiscard]] std::size_t pending() const noexcept { return events_.bytes().size(); }

    // Appends new entries of strings, functions, frames, stacks, threads, modules, native frames and stacks, sites
    // (their definitions), snapshots and residences of `tables`, which only ever grow between calls but for what
    // tables.h says, then the pending events.
    void flush(const Profile& tables);
    void checkpoint(const Profile& profile);
    void finish(const Profile& profile);
    // Removes the file.
    void discard();

    [[nodiscard]] std::uint64_t bytes_written() const noexcept;
    // Why writing stopped; empty if it did not.
    [[nodiscard]] const std::string& failure() const noexcept;

private:
    class Impl;
    void stop_logging() noexcept;
    void try_append_ending(const Profile& profile) noexcept;

    bool logging_;  // events are wanted: not aggregated, not failed, not finished
    EventEncoder events_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace memray::capture
