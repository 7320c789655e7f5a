// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is known of each code object of the target, by code id. Code objects that say the same (a module imported
// again, a function made in a loop) share one entry.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

namespace memray::collector {

struct Code {
    std::string name;  // UTF-8
    std::string file;
    std::uint32_t first_line{0};
    std::string line_table;  // as in the target
};

class CodeTable {
public:
    explicit CodeTable(std::uint32_t hex_version) : hex_version_(hex_version) {}

    void add(std::uint32_t id, Code code);
    // Null if the id has not been announced (yet).
    [[nodiscard]] const Code* find(std::uint32_t id) const;
    [[nodiscard]] std::uint32_t line(const Code& code, std::int32_t instruction) const;
    [[nodiscard]] std::size_t distinct() const noexcept { return known_.size(); }

private:
    struct Less {
        bool operator()(const Code& a, const Code& b) const {
            return std::tie(a.first_line, a.name, a.file, a.line_table) <
                   std::tie(b.first_line, b.name, b.file, b.line_table);
        }
    };
    std::uint32_t hex_version_;
    std::set<Code, Less> known_;
    std::unordered_map<std::uint32_t, const Code*> by_id_;
};

}  // namespace memray::collector
