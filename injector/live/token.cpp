// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/token.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <array>
#include <cstdint>

#include "injector/base/error.h"

namespace memray::live {

std::string make_token() {
    std::array<std::uint8_t, kTokenLength / 2> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw base::system_error("making a token");
    }
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

bool is_token(const std::string& token, const std::string& said) {
    if (said.size() != token.size()) { return false; }
    unsigned difference = 0;
    for (std::size_t i = 0; i < token.size(); ++i) {
        difference |= static_cast<unsigned char>(token[i]) ^ static_cast<unsigned char>(said[i]);
    }
    return difference == 0;
}

}  // namespace memray::live
