// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/metadata_codec.h"

#include <concepts>
#include <type_traits>

namespace memray::capture {
namespace {

template <typename T>
concept Number = std::integral<T> || std::is_enum_v<T>;

class FieldWriter {
public:
    explicit FieldWriter(ByteWriter& out) : out_(out) {}
    void operator()(const std::string& text) { out_.string(text); }
    void operator()(const std::vector<std::string>& texts) {
        out_.varint(texts.size());
        for (const std::string& text : texts) { out_.string(text); }
    }
    void operator()(Number auto value) { out_.varint(static_cast<std::uint64_t>(value)); }
    void operator()(const Amount& amount) {
        out_.varint(amount.count);
        out_.varint(amount.bytes);
    }

private:
    ByteWriter& out_;
};

// Leaves fields beyond the end of the payload as they are: an older writer did not know them.
class FieldReader {
public:
    explicit FieldReader(ByteReader& in) : in_(in) {}
    void operator()(std::string& text) {
        if (!in_.done()) { text = in_.string(); }
    }
    void operator()(std::vector<std::string>& texts) {
        if (in_.done()) { return; }
        texts.resize(in_.count(1));
        for (std::string& text : texts) { text = in_.string(); }
    }
    template <Number T>
    void operator()(T& value) {
        if (!in_.done()) { value = static_cast<T>(in_.varint()); }
    }
    void operator()(Amount& amount) {
        (*this)(amount.count);
        (*this)(amount.bytes);
    }

private:
    ByteReader& in_;
};

// The order of the fields is part of the format. Both directions use this list.
template <typename Fields, typename M>
void metadata_fields(Fields&& field, M& metadata) {
    field(metadata.command_line);
    field(metadata.python_version);
    field(metadata.python_executable);
    field(metadata.python_allocator);
    field(metadata.search_paths);
    field(metadata.pid);
    field(metadata.main_thread);
    field(metadata.start_ms);
    field(metadata.end_ms);
    field(metadata.trace_python_allocators);
    field(metadata.native_traces);
    field(metadata.aggregated);
    field(metadata.ending.kind);
    field(metadata.ending.code);
    field(metadata.losses.events);
    field(metadata.losses.bad_stacks);
    field(metadata.losses.unpatched);
    field(metadata.losses.missing_sequences);
    field(metadata.losses.unknown_frees);
    field(metadata.losses.reused_addresses);
    field(metadata.incomplete);
    field(metadata.losses.cut_native_stacks);
    field(metadata.ending.out_of_memory);
    field(metadata.run);
    field(metadata.large_requests);
    field(metadata.chained);
    field(metadata.beginning);
    field(metadata.process_start_ms);
}

template <typename Fields, typename P>
void totals_fields(Fields&& field, P& profile) {
    field(profile.peak);
    field(profile.peak_ms);
    field(profile.total);
    field(profile.leaked);
    for (auto& amount : profile.allocators) { field(amount); }
    field(profile.all_peak);
    field(profile.all_peak_ms);
}

}  // namespace

void encode_metadata(ByteWriter& out, const Metadata& metadata) { metadata_fields(FieldWriter(out), metadata); }

Metadata decode_metadata(ByteReader& in) {
    Metadata metadata;
    metadata_fields(FieldReader(in), metadata);
    if (metadata.ending.kind > EndKind::kRunning) { metadata.ending = Ending{}; }
    if (metadata.beginning > Beginning::kForked) { metadata.beginning = Beginning::kStart; }
    return metadata;
}

void encode_totals(ByteWriter& out, const Profile& profile) { totals_fields(FieldWriter(out), profile); }

void decode_totals(ByteReader& in, Profile& profile) { totals_fields(FieldReader(in), profile); }

}  // namespace memray::capture
