// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <array>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/transform/formats.h"
#include "cli/transform/gzip.h"
#include "cli/transform/records.h"
#include "injector/base/printable.h"

namespace memray::transform {
namespace {

// Field numbers of profile.proto.
namespace field {
enum Profile : protozero::pbf_tag_type {
    kSampleType = 1,
    kSample = 2,
    kLocation = 4,
    kFunction = 5,
    kStringTable = 6,
    kTimeNanos = 9,
    kDurationNanos = 10,
    kComment = 13,
    kDefaultSampleType = 14,
};
enum ValueType : protozero::pbf_tag_type { kType = 1, kUnit = 2 };
enum Sample : protozero::pbf_tag_type { kLocationIds = 1, kValues = 2, kLabel = 3 };
enum Label : protozero::pbf_tag_type { kKey = 1, kText = 2 };
enum Location : protozero::pbf_tag_type { kLocationId = 1, kLocationLine = 4 };
enum Line : protozero::pbf_tag_type { kFunctionId = 1, kLineNumber = 2 };
enum Function : protozero::pbf_tag_type { kFunctionNumber = 1, kName = 2, kFileName = 4 };
}  // namespace field

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

class ProfileWriter {
public:
    ProfileWriter() { text_number(""); }

    void write_type(const std::string& type, const std::string& unit) {
        protozero::pbf_writer message(writer_, field::kSampleType);
        message.add_int64(field::kType, text_number(type));
        message.add_int64(field::kUnit, text_number(unit));
    }

    void write_sample(const std::vector<NamedFrame>& frames, const std::array<std::int64_t, 4>& values,
                      const std::map<std::string, std::string>& labels) {
        std::vector<std::uint64_t> locations;
        for (const NamedFrame& frame : frames) { locations.push_back(location_number(frame)); }
        protozero::pbf_writer message(writer_, field::kSample);
        message.add_packed_uint64(field::kLocationIds, locations.begin(), locations.end());
        message.add_packed_int64(field::kValues, values.begin(), values.end());
        for (const auto& [key, text] : labels) {
            protozero::pbf_writer label(message, field::kLabel);
            label.add_int64(field::kKey, text_number(key));
            label.add_int64(field::kText, text_number(text));
        }
    }

    std::string finish(const capture::Metadata& metadata) {
        writer_.add_int64(field::kTimeNanos, metadata.start_ms * kNanosecondsPerMillisecond);
        writer_.add_int64(field::kDurationNanos, (metadata.end_ms - metadata.start_ms) * kNanosecondsPerMillisecond);
        writer_.add_int64(field::kComment, text_number(metadata.command_line));
        writer_.add_int64(field::kDefaultSampleType, text_number("inuse_space"));
        for (const std::string& text : texts_) { writer_.add_string(field::kStringTable, text); }
        return std::move(data_);
    }

private:
    std::int64_t text_number(const std::string& text) {
        const auto [entry, added] = text_numbers_.try_emplace(text, texts_.size());
        // A text that is not UTF-8 makes readers refuse the whole profile.
        if (added) { texts_.push_back(base::printable(text)); }
        return static_cast<std::int64_t>(entry->second);
    }

    std::uint64_t location_number(const NamedFrame& frame) {
        const std::uint64_t next = locations_.size() + 1;  // 0 means none
        const auto [entry, added] = locations_.try_emplace(frame, next);
        if (added) {
            const std::uint64_t function = function_number(frame);
            protozero::pbf_writer location(writer_, field::kLocation);
            location.add_uint64(field::kLocationId, next);
            protozero::pbf_writer line(location, field::kLocationLine);
            line.add_uint64(field::kFunctionId, function);
            line.add_int64(field::kLineNumber, frame.line);
        }
        return entry->second;
    }

    std::uint64_t function_number(const NamedFrame& frame) {
        const std::uint64_t next = functions_.size() + 1;
        const auto [entry, added] = functions_.try_emplace({frame.function, frame.file, 0}, next);
        if (added) {
            // Without a system name, for pprof would take "<module>" for a C++ template and cut it off.
            protozero::pbf_writer function(writer_, field::kFunction);
            function.add_uint64(field::kFunctionNumber, next);
            function.add_int64(field::kName, text_number(std::string(frame.function)));
            function.add_int64(field::kFileName, text_number(std::string(frame.file)));
        }
        return entry->second;
    }

    std::string data_;
    protozero::pbf_writer writer_{data_};
    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::size_t> text_numbers_;
    std::map<NamedFrame, std::uint64_t> locations_;
    std::map<NamedFrame, std::uint64_t> functions_;
};

}  // namespace

std::string pprof(const Source& source) {
    ProfileWriter writer;
    writer.write_type("alloc_objects", "count");
    writer.write_type("alloc_space", "bytes");
    writer.write_type("inuse_objects", "count");
    writer.write_type("inuse_space", "bytes");
    for (std::size_t i = 0; i < source.selection.size(); ++i) {
        const std::uint32_t stack = source.view.of_site[i];
        if (stack == report::kLeftOut) { continue; }
        const capture::Site& site = source.profile.sites[i];
        const auto value = [](std::uint64_t amount) { return static_cast<std::int64_t>(amount); };
        writer.write_sample(named_frames(source.view, stack),
                            {value(site.total.count), value(site.total.bytes), value(source.selection[i].count),
                             value(source.selection[i].bytes)},
                            {{"thread", thread_text(source.profile.threads[site.thread])},
                             {"allocator", std::string(capture::allocator_name(site.allocator))}});
    }
    return gzipped(writer.finish(source.profile.metadata));
}

}  // namespace memray::transform
