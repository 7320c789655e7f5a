// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/kept_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "injector/base/error.h"
#include "symbolizer/build_id.h"

namespace memray::symbolizer {

base::UniqueFd kept_file(const capture::Profile& profile, std::uint32_t module) {
    const auto kept = std::find_if(profile.kept_symbols.begin(), profile.kept_symbols.end(),
                                   [module](const capture::KeptSymbols& row) { return row.module == module; });
    if (kept == profile.kept_symbols.end()) { return {}; }
    base::UniqueFd fd(::memfd_create("module", MFD_CLOEXEC));
    const auto size = static_cast<ssize_t>(kept->file.size());
    if (!fd || ::write(fd.get(), kept->file.data(), kept->file.size()) != size) { return {}; }
    try {
        return build_id_of(fd.get()) == profile.modules[module].build_id ? std::move(fd) : base::UniqueFd();
    } catch (const base::Error&) { return {}; }
}

}  // namespace memray::symbolizer
