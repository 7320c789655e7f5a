// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/whole_capture.h"

#include "injector/base/error.h"
#include "injector/base/output_place.h"
#include "injector/base/replacement_file.h"
#include "injector/capture/growing_tables.h"
#include "injector/capture/output_file.h"
#include "injector/capture/section_batch.h"
#include "injector/capture/table_codec.h"

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

namespace {

void require_room(const base::OutputPlace& place, const WholeFile& file) {
    place.require_replaceable();
    if (!file.overwrite && place.status()) { throw already_exists(file.path); }
}

}  // namespace

void require_creatable(const WholeFile& file) { require_room(base::OutputPlace(file.path), file); }

void write_capture(const Profile& profile, const WholeFile& file) {
    const base::OutputPlace place(file.path);
    require_room(place, file);
    base::ReplacementFile replacement(place);
    replacement.append(whole_capture(profile, file.compress, true));
    replacement.flush();
    const base::UniqueFd written = file.overwrite ? replacement.commit() : replacement.commit_new();
    if (!written) { throw already_exists(file.path); }
}

}  // namespace memray::capture
