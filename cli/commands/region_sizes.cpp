// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/region_sizes.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace memray::cli {
namespace {

void override_from_environment(const char* name, std::uint32_t& value) {
    const char* text = std::getenv(name);
    if (text == nullptr) { return; }
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
}

}  // namespace

void override_sizes(region::RegionSizes& sizes) {
    override_from_environment("MEMRAY_SLOTS", sizes.slots);
    override_from_environment("MEMRAY_RING_WORDS", sizes.ring_words);
}

}  // namespace memray::cli
