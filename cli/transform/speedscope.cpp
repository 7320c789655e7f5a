// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/transform/formats.h"
#include "cli/transform/records.h"

namespace memray::transform {
namespace {

using Json = nlohmann::ordered_json;

// Frames in order of their first use.
class Frames {
public:
    std::size_t number(const NamedFrame& frame) {
        const auto [entry, added] = numbers_.try_emplace(frame, list_.size());
        if (added) { list_.push_back(described(frame)); }
        return entry->second;
    }
    [[nodiscard]] const Json& list() const { return list_; }

private:
    static Json described(const NamedFrame& frame) {
        Json json = {{"name", frame.function}};
        if (!frame.file.empty()) { json["file"] = frame.file; }
        if (frame.line > 0) { json["line"] = frame.line; }
        return json;
    }

    std::map<NamedFrame, std::size_t> numbers_;
    Json list_ = Json::array();
};

// Numbers of frames, from the root to the allocating function, in order of their first use; and what they hold.
class Samples {
public:
    void add(std::vector<std::size_t> frames, const capture::Amount& amount) {
        const auto [entry, added] = numbers_.try_emplace(std::move(frames), amounts_.size());
        if (added) {
            amounts_.emplace_back();
            frames_.push_back(entry->first);
        }
        amounts_[entry->second] += amount;
    }

    [[nodiscard]] Json profile(const char* name, const char* unit, std::uint64_t capture::Amount::*weight) const {
        Json samples = Json::array();
        Json weights = Json::array();
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < amounts_.size(); ++i) {
            if (amounts_[i].*weight == 0) { continue; }
            samples.push_back(frames_[i]);
            weights.push_back(amounts_[i].*weight);
            sum += amounts_[i].*weight;
        }
        return {{"type", "sampled"},
                {"name", name},
                {"unit", unit},
                {"startValue", 0},
                {"endValue", sum},
                {"samples", std::move(samples)},
                {"weights", std::move(weights)}};
    }

private:
    std::map<std::vector<std::size_t>, std::size_t> numbers_;
    std::vector<std::vector<std::size_t>> frames_;
    std::vector<capture::Amount> amounts_;
};

}  // namespace

std::string speedscope(const Source& source) {
    Frames frames;
    Samples samples;
    for (const Record& record : records(source.profile, source.view, source.selection)) {
        std::vector<NamedFrame> stack = named_frames(source.view, record.stack);
        std::reverse(stack.begin(), stack.end());
        std::vector<std::size_t> numbers;
        for (const NamedFrame& frame : stack) { numbers.push_back(frames.number(frame)); }
        samples.add(std::move(numbers), record.amount);
    }
    const Json document = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                           {"shared", {{"frames", frames.list()}}},
                           {"profiles", Json::array({samples.profile("Memory", "bytes", &capture::Amount::bytes),
                                                     samples.profile("Allocations", "none", &capture::Amount::count)})},
                           {"name", source.profile.metadata.command_line},
                           {"activeProfileIndex", 0},
                           {"exporter", "memray"}};
    return document.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace memray::transform
