// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the data of all HTML pages has in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "injector/capture/profile.h"

namespace memray::report {

// Each text once, referred to by number.
class TextTable {
public:
    std::uint32_t number(const std::string& text);
    // [text]
    [[nodiscard]] nlohmann::ordered_json json() const { return texts_; }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    nlohmann::ordered_json texts_ = nlohmann::ordered_json::array();
};

// ["1 (MainThread)"], by number of thread.
[[nodiscard]] nlohmann::ordered_json threads_json(const capture::Profile& profile);

// [milliseconds since the start, RSS, heap, ...]. Of more than `most` snapshots, the highest heap and the highest RSS
// of equal spans of them.
[[nodiscard]] nlohmann::ordered_json snapshots_json(const capture::Profile& profile, std::size_t most);

// Of a merged capture: {"shown": those that held most at a time, as {"name", "points": [milliseconds since the start,
// heap, ...]}, "others": how many there are besides}. `most` points in all.
[[nodiscard]] nlohmann::ordered_json processes_json(const capture::Profile& profile, std::size_t most);

// ASCII, and without the characters that HTML or scripts give a meaning.
[[nodiscard]] std::string page_text(const nlohmann::ordered_json& json);

}  // namespace memray::report
