// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/symbols_key.h"

#include "injector/capture/table_codec.h"

namespace memray::capture {

std::uint64_t symbols_key(const Profile& profile) {
    ByteWriter out;
    encode_table(out, profile.modules, {0, profile.modules.size()});
    encode_table(out, profile.native_frames, {0, profile.native_frames.size()});
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const std::uint8_t byte : out.bytes()) { hash = (hash ^ byte) * 0x100000001b3U; }
    return hash;
}

}  // namespace memray::capture
