// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// `memray heap`: the objects of a process that runs, and who keeps them alive.
#pragma once

#include <string>

#include "cli/commands/command.h"
#include "injector/heap/source/snapshot.h"

namespace memray::cli {

class HeapCommand : public Command {
public:
    explicit HeapCommand(CLI::App& program);
    int run() override;

private:
    void add_source();
    [[nodiscard]] heap::Snapshot open() const;
    void add_questions();

    int pid_{0};
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
