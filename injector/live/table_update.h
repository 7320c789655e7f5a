// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The content of updates: table rows as captures hold them, and amounts of the sites that changed.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/live/protocol.h"

namespace memray::live {

void write_update(capture::ByteWriter& out, const capture::Profile& now, std::uint64_t events, KnownRows& known);
void write_since(capture::ByteWriter& out, const std::vector<capture::Amount>& amounts);

// Throw capture::Corrupt; then `recording` is not to be used any more.
void read_update(capture::ByteReader& in, Recording& recording);
void read_since(capture::ByteReader& in, Recording& recording);

}  // namespace memray::live
