// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/python_frames.h"

namespace memray::collector {

std::uint32_t PythonFrames::frame(std::uint32_t function, std::uint32_t line) {
    const std::uint32_t number = frames_.number(std::uint64_t{function} << 32U | line);
    if (number == profile_.frames.size()) { profile_.frames.push_back({function, line}); }
    return number;
}

std::uint32_t PythonFrames::function(const std::string& name, const std::string& file, std::uint32_t first_line) {
    const capture::Function row{string(name), string(file), first_line};
    const auto next = static_cast<std::uint32_t>(profile_.functions.size());
    const auto [at, added] = functions_.try_emplace({row.name, row.file, row.first_line}, next);
    if (added) { profile_.functions.push_back(row); }
    return at->second;
}

std::uint32_t PythonFrames::string(const std::string& text) {
    const auto [at, added] = strings_.try_emplace(text, static_cast<std::uint32_t>(profile_.strings.size()));
    if (added) { profile_.strings.push_back(text); }
    return at->second;
}

}  // namespace memray::collector
