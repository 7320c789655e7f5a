// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/table_update.h"

#include <algorithm>

#include "injector/capture/table_codec.h"
#include "injector/capture/validate.h"

namespace memray::live {
namespace {

using capture::Amount;
using capture::ByteReader;
using capture::ByteWriter;
using capture::Profile;
using capture::Residence;
using capture::Snapshot;
using capture::Thread;

bool same(const Thread& a, const Thread& b) { return a == b; }
bool same(const Residence& a, const Residence& b) { return a == b; }
bool same(const Snapshot& a, const Snapshot& b) { return a.time_ms == b.time_ms && a.rss == b.rss && a.heap == b.heap; }
bool same(const Amount& a, const Amount& b) { return a.count == b.count && a.bytes == b.bytes; }

// The rows of a table that only grows.
template <typename Row>
void write_new(ByteWriter& out, const std::vector<Row>& table, std::size_t& known) {
    encode_table(out, table, {known, table.size()});
    known = table.size();
}

// Those of a table in which rows may change: threads get their names late, snapshots are thinned, residences
// are of a moment each.
template <typename Row>
void write_changed(ByteWriter& out, const std::vector<Row>& table, std::vector<Row>& known) {
    const auto first = std::mismatch(known.begin(), known.end(), table.begin(), table.end(),
                                     [](const Row& a, const Row& b) { return same(a, b); });
    const auto kept = static_cast<std::size_t>(first.second - table.begin());
    encode_table(out, table, {kept, table.size()});
    known.resize(kept);
    known.insert(known.end(), table.begin() + static_cast<std::ptrdiff_t>(kept), table.end());
}

void write_amount(ByteWriter& out, const Amount& amount) {
    out.varint(amount.count);
    out.varint(amount.bytes);
}

Amount read_amount(ByteReader& in) {
    const std::uint64_t count = in.varint();
    return {count, in.varint()};
}

// (distance to the site before, its amount) of those for which there is something to say.
template <typename Amounts, typename Differs>
void write_amounts(ByteWriter& out, std::size_t sites, Amounts amount_of, Differs differs) {
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < sites; ++i) {
        if (differs(i)) { changed.push_back(i); }
    }
    out.varint(changed.size());
    std::size_t last = 0;
    for (const std::size_t i : changed) {
        out.varint(i - last);
        write_amount(out, amount_of(i));
        last = i;
    }
}

template <typename Store>
std::size_t read_amounts(ByteReader& in, std::size_t sites, Store store) {
    constexpr std::size_t kBytesEach = 3;
    const std::size_t count = in.count(kBytesEach);
    std::uint64_t site = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t distance = in.varint();
        if (distance >= sites - site) { throw capture::Corrupt("amounts of unknown sites"); }
        site += distance;
        store(site, read_amount(in));
    }
    return count;
}

void write_live(ByteWriter& out, const Profile& now, std::vector<Amount>& known) {
    known.resize(now.sites.size());
    const auto amount_of = [&](std::size_t i) { return now.sites[i].leaked; };
    write_amounts(out, now.sites.size(), amount_of, [&](std::size_t i) { return !same(amount_of(i), known[i]); });
    for (std::size_t i = 0; i < known.size(); ++i) { known[i] = amount_of(i); }
}

}  // namespace

void write_update(ByteWriter& out, const Profile& now, std::uint64_t events, KnownRows& known) {
    out.varint(static_cast<std::uint64_t>(now.metadata.end_ms));
    out.varint(events);
    out.varint(now.metadata.losses.unknown_frees);
    write_changed(out, now.residences, known.residences);
    write_amount(out, now.leaked);
    write_amount(out, now.peak);
    write_new(out, now.strings, known.strings);
    write_new(out, now.functions, known.functions);
    write_new(out, now.frames, known.frames);
    write_new(out, now.stacks, known.stacks);
    write_changed(out, now.threads, known.threads);
    // With its native stacks a site has those of one Python stack: see read_update().
    write_new(out, now.sites, known.sites);
    write_changed(out, now.snapshots, known.snapshots);
    write_live(out, now, known.live);
}

void write_since(ByteWriter& out, const std::vector<Amount>& amounts) {
    write_amounts(
        out, amounts.size(), [&](std::size_t i) { return amounts[i]; },
        [&](std::size_t i) { return amounts[i].count != 0; });
}

void read_update(ByteReader& in, Recording& recording) {
    Profile& profile = recording.profile;
    const std::size_t stacks = profile.stacks.size();
    const std::size_t sites = profile.sites.size();
    profile.metadata.end_ms = static_cast<std::int64_t>(in.varint());
    recording.events = in.varint();
    profile.metadata.losses.unknown_frees = in.varint();
    decode_table(in, profile.residences);
    profile.leaked = read_amount(in);
    profile.peak = read_amount(in);
    decode_table(in, profile.strings);
    decode_table(in, profile.functions);
    decode_table(in, profile.frames);
    decode_table(in, profile.stacks);
    decode_table(in, profile.threads);
    decode_table(in, profile.sites);
    decode_table(in, profile.snapshots);
    // Native frames are not part of the protocol: a site stands for its Python stack.
    for (capture::Site& site : profile.sites) { site.native_stack = capture::kRootStack; }
    if (profile.stacks.empty()) { profile.stacks.emplace_back(); }
    // Viewers keep amounts of sites, such as a baseline.
    if (profile.stacks.size() < stacks || profile.sites.size() < sites) {
        throw capture::Corrupt("rows that were there are gone");
    }
    const std::size_t changed = read_amounts(in, profile.sites.size(), [&](std::uint64_t site, const Amount& amount) {
        profile.sites[site].leaked = amount;
    });
    validate(profile);
    if (changed > 0) { ++recording.changes; }
}

void read_since(ByteReader& in, Recording& recording) {
    recording.since.assign(recording.profile.sites.size(), Amount{});
    read_amounts(in, recording.since.size(),
                 [&](std::uint64_t site, const Amount& amount) { recording.since[site] = amount; });
    recording.has_since = true;
    ++recording.changes;
}

}  // namespace memray::live
