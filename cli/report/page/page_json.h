// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the data of all HTML pages has in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::report {

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

// The text of a JSON object, as page_text() would write it, made field by field: as values of nlohmann's, which take 16
// bytes each, the numbers of a large flame graph would take more memory than all else. Names need no escaping.
class PageObject {
public:
    void add(std::string_view name, const nlohmann::ordered_json& value) { field(name) += page_text(value); }
    void add(std::string_view name, const PageObject& value) { field(name) += value.text_ + '}'; }
    void add(std::string_view name, const std::vector<std::int64_t>& numbers);

    [[nodiscard]] std::string finish() { return std::move(text_) + '}'; }

private:
    std::string& field(std::string_view name);

    std::string text_{'{'};
};

}  // namespace memray::report
