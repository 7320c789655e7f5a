// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/writer.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "injector/base/error.h"
#include "injector/capture/growing_tables.h"
#include "injector/capture/output_file.h"
#include "injector/capture/section_batch.h"
#include "injector/capture/whole_capture.h"

namespace memray::capture {
namespace {

void add_events(SectionBatch& batch, const EventEncoder& events) {
    if (events.count() == 0) { return; }
    ByteWriter out;
    out.varint(events.count());
    out.raw({reinterpret_cast<const char*>(events.bytes().data()), events.bytes().size()});
    batch.add(SectionType::kEvents, out.bytes());
}

// Errors of the system end with its words for them (base::system_error).
WriteFailure failure_of(std::string_view error) {
    const auto is = [error](int number) { return error.ends_with(std::system_category().message(number)); };
    if (is(ENOSPC)) { return WriteFailure::kDiskFull; }
    if (is(EFBIG)) { return WriteFailure::kTooLarge; }
    return is(EDQUOT) ? WriteFailure::kOverQuota : WriteFailure::kOther;
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
        try {
            begin(batch);
        } catch (const base::Error&) {
            file_.remove();  // what holds nothing would only be in the way
            throw;
        }
    }

    void flush(const Profile& tables, const EventEncoder& events) {
        SectionBatch batch(file_.size(), compress_);
        add_growing_tables(batch, tables, written_);
        add_events(batch, events);
        append(batch);
        written_ = rows_of(tables);
    }

    // The whole file at once.
    void replace(const Profile& profile, bool finished) {
        const Bytes bytes = whole_capture(profile, compress_, finished);
        if (file_.is_regular()) { return file_.replace(bytes); }
        file_.append(bytes);
    }

    // After the last flush of the log.
    void append_finished(const Profile& profile, const std::string& incomplete) {
        SectionBatch batch(file_.size(), compress_);
        Metadata metadata = profile.metadata;
        if (!incomplete.empty()) { metadata.incomplete += (metadata.incomplete.empty() ? "" : "; ") + incomplete; }
        batch.metadata(metadata);
        WrittenRows rest = written_;
        rest.rows.erase(SectionType::kSnapshots);  // may have been thinned to the same number
        rest.threads.clear();
        rest.residences.clear();
        add_growing_tables(batch, profile, rest);
        batch.finished_tables(profile);
        std::erase_if(index_, [](const IndexEntry& entry) {
            return entry.type == SectionType::kMetadata || entry.type == SectionType::kSnapshots ||
                   entry.type == SectionType::kThreads || entry.type == SectionType::kResidences;
        });
        batch.end(index_, true);
        file_.append(batch.bytes());
    }

    // What can be written when the tables could not: how it ended.
    void append_ending(const Profile& profile) {
        SectionBatch batch(file_.size(), compress_);
        Metadata metadata = profile.metadata;
        metadata.incomplete.clear();  // the header says it
        batch.metadata(metadata);
        file_.append(batch.bytes());
    }

    // Remembers why, of the first failure, and leaves it in the file for readers.
    void fail(const base::Error& error) {
        if (failure_.empty()) { failure_ = error.what(); }
        const WriteFailure kind = failure_of(failure_);
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&kind);
        file_.overwrite(offsetof(FileHeader, failure), {bytes, sizeof(kind)});
    }

    OutputFile& file() noexcept { return file_; }
    [[nodiscard]] bool aggregated() const noexcept { return aggregated_; }
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

private:
    static OutputFile::Content content_of(const WriterOptions& options) {
        return options.aggregated ? OutputFile::Content::kIsReplaced : OutputFile::Content::kGrows;
    }
    void begin(const SectionBatch& batch) {
        if (!aggregated_) {
            append(batch);
        } else if (file_.is_regular()) {
            file_.replace(batch.bytes());
        }
    }
    void append(const SectionBatch& batch) {
        file_.append(batch.bytes());
        index_.insert(index_.end(), batch.entries().begin(), batch.entries().end());
    }

    OutputFile file_;
    bool compress_;
    bool aggregated_;
    WrittenRows written_;
    std::vector<IndexEntry> index_;
    std::string failure_;
};

Writer::Writer(const WriterOptions& options, const Metadata& metadata)
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
        impl_->fail(error);
        stop_logging();
        throw;
    }
}

void Writer::checkpoint(const Profile& profile) {
    if (!impl_->aggregated() || !impl_->file().is_regular() || !failure().empty()) { return; }
    try {
        impl_->replace(profile, false);
    } catch (const base::Error& error) {
        impl_->fail(error);
        throw;
    }
}

void Writer::try_append_ending(const Profile& profile) noexcept {
    try {
        impl_->append_ending(profile);
    } catch (const base::Error&) {}  // the header says why
}

void Writer::finish(const Profile& profile) {
    const bool known = !failure().empty();
    try {
        flush(profile);
    } catch (const base::Error&) {}  // failure() says so
    try {
        if (impl_->aggregated()) {
            impl_->replace(profile, true);
        } else {
            impl_->append_finished(profile, failure().empty() ? "" : "the event log ends early: " + failure());
        }
    } catch (const base::Error& error) {
        impl_->fail(error);
        if (!impl_->aggregated()) { try_append_ending(profile); }
    }
    stop_logging();
    impl_->file().close();
    if (!known && !failure().empty()) { throw base::Error(failure()); }
}

void Writer::discard() {
    stop_logging();
    impl_->file().remove();
}

std::uint64_t Writer::bytes_written() const noexcept { return impl_->file().size(); }

const std::string& Writer::failure() const noexcept { return impl_->failure(); }

}  // namespace memray::capture
