// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tree view in the terminal that the process runs in.
#pragma once

#include "cli/report/tree_report.h"

namespace memray::tree {

// Returns when the user leaves. Standard input and output must be a terminal; throws base::Error if it is not usable.
void browse(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options);

}  // namespace memray::tree
