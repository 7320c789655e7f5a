// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Metadata as the payload of a section: its fields in a fixed order. New fields go to the end.
#pragma once

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/capture/profile.h"

namespace memray::capture {

void encode_metadata(ByteWriter& out, const Metadata& metadata);
[[nodiscard]] Metadata decode_metadata(ByteReader& in);

// The sums of the whole heap: allocators, peak, total, leaked.
void encode_totals(ByteWriter& out, const Profile& profile);
void decode_totals(ByteReader& in, Profile& profile);

}  // namespace memray::capture
