// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Texts, each once, numbered in order of first sight.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace memray::interning {

class StringTable {
public:
    // `rows`: where the texts are, by number. Nobody else changes it.
    explicit StringTable(std::vector<std::string>& rows) : rows_(rows) {}

    std::uint32_t number(const std::string& text) {
        const auto [at, added] = numbers_.try_emplace(text, static_cast<std::uint32_t>(rows_.size()));
        if (added) { rows_.push_back(text); }
        return at->second;
    }

private:
    std::vector<std::string>& rows_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace memray::interning
