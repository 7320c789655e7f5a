// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/watch.h"

#include "cli/live/text_view.h"
#include "cli/terminal/kind.h"

namespace memray::live {

bool has_screen() { return terminal::is_interactive() && terminal::can_show_pages(); }

void watch(base::UniqueFd socket, const ViewOptions& options, std::FILE* text) {
    if (has_screen()) { return View(std::move(socket), options).run(); }
    TextView(std::move(socket), text).run();
}

}  // namespace memray::live
