// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/table_compiler.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_map>

namespace memray::unwind {
namespace {

using wire::UnwindRule;

constexpr std::uint64_t kMaxAddress = std::numeric_limits<std::uint32_t>::max();

struct RuleHash {
    std::size_t operator()(const UnwindRule& rule) const noexcept {
        std::uint64_t words[2];
        std::memcpy(words, &rule, sizeof words);
        const auto last = static_cast<std::uint32_t>(rule.return_offset);
        return (words[0] * 0x9E3779B97F4A7C15ULL) ^ (words[1] * 0xC2B2AE3D27D4EB4FULL) ^ last;
    }
};

// A function's rows are rows[first_row] up to those of the next function.
struct Function {
    std::uint64_t begin{0};
    std::uint64_t end{0};
    std::size_t first_row{0};
    std::size_t last_row{0};
};

// Puts rows in order and each rule in once.
class Table {
public:
    Table() { number_of({}); }

    void add(std::uint64_t address, const UnwindRule& rule) {
        const std::uint16_t number = number_of(rule);
        if (!numbers_.empty() && numbers_.back() == number) { return; }
        begins_.push_back(static_cast<std::uint32_t>(address));
        numbers_.push_back(number);
    }

    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        const std::size_t rows = begins_.size();
        const wire::UnwindTable header{static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(rules_.size())};
        std::vector<std::uint8_t> bytes(wire::unwind_table_size(rows, rules_.size()));
        std::memcpy(bytes.data(), &header, sizeof header);
        std::memcpy(bytes.data() + wire::unwind_rows_offset(), begins_.data(), rows * sizeof begins_[0]);
        std::memcpy(bytes.data() + wire::unwind_numbers_offset(rows), numbers_.data(), rows * sizeof numbers_[0]);
        std::memcpy(bytes.data() + wire::unwind_rules_offset(rows), rules_.data(), rules_.size() * sizeof rules_[0]);
        return bytes;
    }

private:
    // 0, "stop here", once there are too many.
    std::uint16_t number_of(const UnwindRule& rule) {
        const auto known = by_rule_.find(rule);
        if (known != by_rule_.end()) { return known->second; }
        if (rules_.size() == wire::kMaxUnwindRules) { return 0; }
        const auto number = static_cast<std::uint16_t>(rules_.size());
        rules_.push_back(rule);
        by_rule_.emplace(rule, number);
        return number;
    }

    std::vector<std::uint32_t> begins_;
    std::vector<std::uint16_t> numbers_;
    std::vector<UnwindRule> rules_;
    std::unordered_map<UnwindRule, std::uint16_t, RuleHash> by_rule_;
};

class Compiler {
public:
    explicit Compiler(std::uint64_t image) : image_(image) {}

    void add(const FrameConventions& conventions, const FunctionFrames& frames) {
        if (frames.begin < image_ || frames.end - image_ > kMaxAddress) { return; }
        Function function{frames.begin - image_, frames.end - image_, rows_.size(), 0};
        append_rows(conventions, frames, rows_);
        function.last_row = rows_.size();
        functions_.push_back(function);
    }

    CompiledTable finish() {
        std::stable_sort(functions_.begin(), functions_.end(),
                         [](const Function& a, const Function& b) { return a.begin < b.begin; });
        Table table;
        table.add(0, {});
        std::uint64_t end = 0;
        CompiledTable result;
        for (const Function& function : functions_) {
            if (function.begin < end) { continue; }  // described twice
            if (function.begin > end) { table.add(end, {}); }
            for (std::size_t i = function.first_row; i < function.last_row; ++i) {
                table.add(rows_[i].address - image_, rows_[i].rule);
                if (rows_[i].rule == UnwindRule{}) { ++result.unsupported_rows; }
            }
            end = function.end;
        }
        table.add(end, {});
        if (!functions_.empty()) { result.bytes = table.bytes(); }
        return result;
    }

private:
    std::uint64_t image_;
    std::vector<Row> rows_;
    std::vector<Function> functions_;
};

}  // namespace

CompiledTable compile_table(const EhFrame& section, std::uint64_t image) {
    Compiler compiler(image);
    for_each_function(section, [&compiler](const FrameConventions& conventions, const FunctionFrames& frames) {
        compiler.add(conventions, frames);
    });
    return compiler.finish();
}

}  // namespace memray::unwind
