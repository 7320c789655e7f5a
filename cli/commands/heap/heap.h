// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray heap`: the objects of a process that runs, of a core file or of a saved report, who keeps them alive, and
// what has grown between two reports.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/heap/heap_report.h"

namespace memray::cli {

class HeapCommand : public Command {
public:
    explicit HeapCommand(CLI::App& program);
    int run() override;

private:
    void add_source();
    void add_questions();
    void check_arguments() const;
    [[nodiscard]] std::optional<int> pid() const;
    [[nodiscard]] heap::Snapshot open() const;
    [[nodiscard]] bool is_question() const { return !why_.empty() || biggest_ > 0; }
    [[nodiscard]] std::string answer();
    [[nodiscard]] heap_report::HeapReport look();
    [[nodiscard]] std::string explanation();

    std::vector<std::string> subject_;
    bool live_{false};
    bool stop_{false};
    bool clone_{false};
    std::string core_;
    std::string executable_;
    std::string why_;
    std::size_t biggest_{0};
    std::size_t rows_{20};
    bool redact_{false};
    bool json_{false};
    std::string output_;
    bool force_{false};
};

}  // namespace memray::cli
