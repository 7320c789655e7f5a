// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The layout of --help: as wide as the terminal, 80 columns where there is none.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

namespace memray::cli {

class HelpFormat : public CLI::Formatter {
public:
    // `usage` follows the name in the usage line; empty: it is made of the options.
    explicit HelpFormat(std::string usage = {});

    // "usage: memray run [-h] ...", in one line.
    [[nodiscard]] std::string usage_line(const CLI::App& app, const std::string& name) const;

    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
    std::string make_description(const CLI::App* app) const override;
    std::string make_usage(const CLI::App* app, std::string name) const override;
    std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
    std::string make_option_desc(const CLI::Option* option) const override;
    std::string make_option_opts(const CLI::Option* option) const override;
    std::string make_subcommand(const CLI::App* command) const override;

private:
    std::string usage_;
    std::size_t width_;
};

}  // namespace memray::cli
