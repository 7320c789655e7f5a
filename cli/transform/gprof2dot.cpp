// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <map>
#include <nlohmann/json.hpp>

#include "cli/transform/formats.h"
#include "cli/transform/records.h"

namespace memray::transform {
namespace {

using Json = nlohmann::ordered_json;

// Functions in order of their first use.
class Functions {
public:
    std::size_t number(const NamedFrame& frame) {
        const auto [entry, added] = numbers_.try_emplace({frame.function, frame.file, 0}, list_.size());
        if (added) { list_.push_back({{"name", frame.function}, {"module", frame.file}}); }
        return entry->second;
    }
    [[nodiscard]] const Json& list() const { return list_; }

private:
    std::map<NamedFrame, std::size_t> numbers_;
    Json list_ = Json::array();
};

}  // namespace

std::string gprof2dot(const Source& source) {
    Functions functions;
    Json events = Json::array();
    for (const Record& record : records(source.profile, source.view, source.selection)) {
        Json chain = Json::array();
        for (const NamedFrame& frame : named_frames(source.view, record.stack)) {
            chain.push_back(functions.number(frame));
        }
        events.push_back({{"callchain", std::move(chain)}, {"cost", {record.amount.bytes}}});
    }
    const Json document = {{"version", 0},
                           {"costs", Json::array({{{"description", "Memory"}, {"unit", "bytes"}}})},
                           {"events", std::move(events)},
                           {"functions", functions.list()}};
    return document.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace memray::transform
