// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/interning/profile_tables.h"

#include <cassert>

namespace memray::interning {
namespace {

// The number of a row: the known one, or that of the row that is appended.
template <typename Index, typename Row>
std::uint32_t number_of(Index& index, const typename Index::key_type& key, std::vector<Row>& rows, const Row& row) {
    const auto [at, added] = index.try_emplace(key, static_cast<std::uint32_t>(rows.size()));
    if (added) { rows.push_back(row); }
    return at->second;
}

}  // namespace

std::uint32_t ProfileTables::function(const std::string& name, const std::string& file, std::uint32_t first_line) {
    const capture::Function row{string(name), string(file), first_line};
    return number_of(functions_, {row.name, row.file, row.first_line}, profile_.functions, row);
}

std::uint32_t ProfileTables::frame(std::uint32_t function, std::uint32_t line) {
    assert(function < profile_.functions.size());
    const std::uint32_t number = frames_.number(std::uint64_t{function} << 32U | line);
    if (number == profile_.frames.size()) { profile_.frames.push_back({function, line}); }
    return number;
}

std::uint32_t ProfileTables::module(const capture::Module& row) {
    return number_of(modules_, {row.path, row.build_id, row.file_size, row.modified_ns}, profile_.modules, row);
}

std::uint32_t ProfileTables::native_frame(const capture::NativeFrame& row) {
    assert(row.module == capture::kNoModule || row.module < profile_.modules.size());
    return number_of(native_frames_, {row.module, row.address, row.interrupted}, profile_.native_frames, row);
}

}  // namespace memray::interning
