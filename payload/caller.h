// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the calling thread presents itself to the recorder of the children.
#pragma once

#include "payload/wire/child_pool.h"

namespace memray::payload {

// With a ticket of its own.
wire::Caller this_caller(wire::ChildPool& pool) noexcept;

}  // namespace memray::payload
