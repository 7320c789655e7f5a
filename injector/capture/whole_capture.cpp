// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/whole_capture.h"

#include <sys/stat.h>

#include "injector/base/error.h"
#include "injector/capture/growing_tables.h"
#include "injector/capture/replacement_file.h"
#include "injector/capture/section_batch.h"
#include "injector/capture/symbols_key.h"

namespace memray::capture {

Bytes whole_capture(const Profile& profile, bool compress, bool finished) {
    SectionBatch batch(0, compress);
    batch.file_header();
    batch.metadata(profile.metadata);
    add_growing_tables(batch, profile, WrittenRows{});
    batch.finished_tables(profile);
    if (profile.symbols.present()) { batch.symbols(profile.symbols, symbols_key(profile)); }
    batch.end({}, finished);
    return batch.bytes();
}

void require_creatable(const WholeFile& file) {
    struct stat status {};
    if (::stat(follow_links(file.path).c_str(), &status) != 0) { return; }
    if (!S_ISREG(status.st_mode)) {
        throw base::Error("Could not create output file " + file.path + ": it is not a regular file");
    }
    if (!file.overwrite) { throw already_exists(file.path); }
}

void write_capture(const Profile& profile, const WholeFile& file) {
    require_creatable(file);
    ReplacementFile replacement(file.path, follow_links(file.path));
    replacement.append(whole_capture(profile, file.compress, true));
    replacement.flush();
    if (file.overwrite) {
        replacement.commit();
    } else {
        replacement.commit_new();
    }
}

}  // namespace memray::capture
