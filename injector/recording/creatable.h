// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether a capture can be created, for those who have to know before there is a recorder.
#pragma once

#include <string>

namespace memray::recording {

// Throws base::Error as the recorder would.
void require_creatable(const std::string& path, bool overwrite);

}  // namespace memray::recording
