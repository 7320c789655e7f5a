// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/writer.h"

#include <algorithm>
#include <optional>

#include "injector/base/error.h"
#include "injector/capture/output_file.h"
#include "injector/capture/section_batch.h"

namespace memray::capture {
namespace {

// How much of the growing tables is in the file.
struct Written {
    std::size_t strings{0};
    std::size_t functions{0};
    std::size_t frames{0};
    std::size_t stacks{0};
    std::size_t modules{0};
    std::size_t native_frames{0};
    std::size_t native_stacks{0};
    std::size_t sites{0};
    std::size_t snapshots{0};
    std::vector<Thread> threads;
};

Written all_of(const Profile& tables) {
    Written written;
    written.strings = tables.strings.size();
    written.functions = tables.functions.size();
    written.frames = tables.frames.size();
    written.stacks = tables.stacks.size();
    written.modules = tables.modules.size();
    written.native_frames = tables.native_frames.size();
    written.native_stacks = tables.native_stacks.size();
    written.sites = tables.sites.size();
    written.snapshots = tables.snapshots.size();
    written.threads = tables.threads;
    return written;
}

bool same_thread(const Thread& a, const Thread& b) { return a.id == b.id && a.tid == b.tid && a.name == b.name; }

// The first thread that is new or has changed (a thread may get its name late).
std::size_t first_changed(const std::vector<Thread>& written, const std::vector<Thread>& now) {
    const auto same = std::mismatch(written.begin(), written.end(), now.begin(), now.end(), same_thread);
    return static_cast<std::size_t>(same.second - now.begin());
}

void add_growing_tables(SectionBatch& batch, const Profile& tables, const Written& written) {
    batch.table(SectionType::kStrings, tables.strings, written.strings);
    batch.table(SectionType::kFunctions, tables.functions, written.functions);
    batch.table(SectionType::kFrames, tables.frames, written.frames);
    batch.table(SectionType::kStacks, tables.stacks, written.stacks);
    batch.table(SectionType::kThreads, tables.threads, first_changed(written.threads, tables.threads));
    batch.table(SectionType::kModules, tables.modules, written.modules);
    batch.table(SectionType::kNativeFrames, tables.native_frames, written.native_frames);
    batch.table(SectionType::kNativeStacks, tables.native_stacks, written.native_stacks);
    batch.table(SectionType::kSites, tables.sites, written.sites);
    // Fewer than before: they were thinned, and replace the old ones.
    const std::size_t known = written.snapshots <= tables.snapshots.size() ? written.snapshots : 0;
    batch.table(SectionType::kSnapshots, tables.snapshots, known);
}

void add_events(SectionBatch& batch, const EventEncoder& events) {
    if (events.count() == 0) { return; }
    ByteWriter out;
    out.varint(events.count());
    out.raw({reinterpret_cast<const char*>(events.bytes().data()), events.bytes().size()});
    batch.add(SectionType::kEvents, out.bytes());
}

}  // namespace

class Writer::Impl {
public:
    Impl(const WriterOptions& options, const Metadata& metadata)
        : file_(options.path, options.overwrite, content_of(options)),
          compress_(options.compress),
          aggregated_(options.aggregated) {
        SectionBatch batch(0, compress_);
        batch.file_header();
        batch.metadata(metadata);
        if (!aggregated_) {
            append(batch);
        } else if (file_.is_regular()) {
            file_.replace(batch.bytes());
        }
    }

    void flush(const Profile& tables, const EventEncoder& events) {
        SectionBatch batch(file_.size(), compress_);
        add_growing_tables(batch, tables, written_);
        add_events(batch, events);
        append(batch);
        written_ = all_of(tables);
    }

    // The whole file at once.
    void replace(const Profile& profile, bool finished) {
        SectionBatch batch(0, compress_);
        batch.file_header();
        batch.metadata(profile.metadata);
        add_growing_tables(batch, profile, Written{});
        batch.finished_tables(profile);
        batch.end({}, finished);
        if (file_.is_regular()) { return file_.replace(batch.bytes()); }
        file_.append(batch.bytes());
    }

    // After the last flush of the log.
    void append_finished(const Profile& profile, const std::string& incomplete) {
        SectionBatch batch(file_.size(), compress_);
        Metadata metadata = profile.metadata;
        if (!incomplete.empty()) { metadata.incomplete += (metadata.incomplete.empty() ? "" : "; ") + incomplete; }
        batch.metadata(metadata);
        Written rest = written_;
        rest.snapshots = 0;  // may have been thinned to the same number
        rest.threads.clear();
        add_growing_tables(batch, profile, rest);
        batch.finished_tables(profile);
        std::erase_if(index_, [](const IndexEntry& entry) {
            return entry.type == SectionType::kMetadata || entry.type == SectionType::kSnapshots ||
                   entry.type == SectionType::kThreads;
        });
        batch.end(index_, true);
        file_.append(batch.bytes());
    }

    OutputFile& file() noexcept { return file_; }
    [[nodiscard]] bool aggregated() const noexcept { return aggregated_; }
    // Why writing stopped; empty if it did not.
    std::string failure;

private:
    static OutputFile::Content content_of(const WriterOptions& options) {
        return options.aggregated ? OutputFile::Content::kIsReplaced : OutputFile::Content::kGrows;
    }
    void append(const SectionBatch& batch) {
        file_.append(batch.bytes());
        index_.insert(index_.end(), batch.entries().begin(), batch.entries().end());
    }

    OutputFile file_;
    bool compress_;
    bool aggregated_;
    Written written_;
    std::vector<IndexEntry> index_;
};

Writer::Writer(WriterOptions options, const Metadata& metadata)
    : logging_(!options.aggregated), impl_(std::make_unique<Impl>(options, metadata)) {}

Writer::~Writer() = default;

void Writer::stop_logging() noexcept {
    logging_ = false;
    events_ = EventEncoder();
}

void Writer::flush(const Profile& tables) {
    if (!logging_) { return; }
    try {
        impl_->flush(tables, events_);
        events_.start_block();
    } catch (const base::Error& error) {
        impl_->failure = error.what();
        stop_logging();
        throw;
    }
}

void Writer::checkpoint(const Profile& profile) {
    if (!impl_->aggregated() || !impl_->file().is_regular() || !impl_->failure.empty()) { return; }
    try {
        impl_->replace(profile, false);
    } catch (const base::Error& error) {
        impl_->failure = error.what();
        throw;
    }
}

void Writer::finish(const Profile& profile) {
    const bool known = !impl_->failure.empty();
    std::optional<base::Error> error;
    try {
        flush(profile);
    } catch (const base::Error& failed) { error = failed; }
    try {
        if (impl_->aggregated()) {
            impl_->replace(profile, true);
        } else {
            impl_->append_finished(profile,
                                   impl_->failure.empty() ? "" : "the event log ends early: " + impl_->failure);
        }
    } catch (const base::Error& failed) { error = failed; }
    stop_logging();
    impl_->file().close();
    if (error && !known) { throw *error; }
}

void Writer::discard() {
    stop_logging();
    impl_->file().remove();
}

std::uint64_t Writer::bytes_written() const noexcept { return impl_->file().size(); }

}  // namespace memray::capture
