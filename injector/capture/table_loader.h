// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the tables of a capture into a Profile and checks every index in them.
#pragma once

#include <optional>

#include "injector/capture/profile.h"
#include "injector/capture/section_list.h"

namespace memray::capture {

struct LoadedTables {
    Profile profile;
    bool totals{false};    // the amounts are there; otherwise only the event log knows them
    bool finished{false};  // the recording came to its end
    std::optional<std::uint64_t> symbols_key;
    bool cut{false};  // something at the end of the file is missing or damaged
};

// By the index, or, if there is none or it leads to something damaged, by scanning. Throws Corrupt.
[[nodiscard]] LoadedTables load_tables(const InputFile& file);

// The symbols in `file` if they are those of the native frames of `profile`, otherwise none. Throws Corrupt.
[[nodiscard]] Symbols load_symbols(const InputFile& file, const Profile& profile);

}  // namespace memray::capture
