// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/protocol.h"

#include <catch2/catch.hpp>

#include "injector/live/frame_stream.h"
#include "sample_recording.h"

namespace memray::live {
namespace {

Recording received(const std::vector<capture::Bytes>& messages) {
    Recording recording;
    bool first = true;
    for (const capture::Bytes& message : messages) {
        static_cast<void>(decode_answer(message, first, recording));
        first = false;
    }
    return recording;
}

void check_same(const capture::Profile& got, const capture::Profile& sent) {
    CHECK(got.strings == sent.strings);
    REQUIRE(got.sites.size() == sent.sites.size());
    for (std::size_t i = 0; i < sent.sites.size(); ++i) {
        CHECK(got.sites[i].stack == sent.sites[i].stack);
        CHECK(got.sites[i].thread == sent.sites[i].thread);
        CHECK(got.sites[i].leaked.count == sent.sites[i].leaked.count);
        CHECK(got.sites[i].leaked.bytes == sent.sites[i].leaked.bytes);
    }
    CHECK(got.threads.size() == sent.threads.size());
    CHECK(got.snapshots.size() == sent.snapshots.size());
    CHECK(got.residences == sent.residences);
    CHECK(got.metadata.losses.unknown_frees == sent.metadata.losses.unknown_frees);
    CHECK((got.leaked.bytes == sent.leaked.bytes && got.peak.bytes == sent.peak.bytes));
}

}  // namespace

TEST_CASE("a viewer gets the recorder's tables, then what changed") {
    capture::Profile profile = sample_profile();
    KnownRows known;
    std::vector<capture::Bytes> messages{encode_hello(profile.metadata), encode_update(profile, 42, known)};
    const std::size_t whole = messages.back().size();
    Recording recording = received(messages);
    CHECK(recording.profile.metadata.pid == 4711);
    CHECK(recording.events == 42);
    check_same(recording.profile, profile);

    profile.sites[1].leaked = {7, 700};
    profile.threads[1].name = "renamed";
    profile.snapshots.erase(profile.snapshots.begin() + 1);
    profile.leaked = {14, 7700};
    profile.residences[1].anonymous = 60'000;
    profile.metadata.losses.unknown_frees = 7;
    messages.push_back(encode_update(profile, 50, known));
    CHECK(messages.back().size() < whole / 2);
    recording = received(messages);
    CHECK(recording.events == 50);
    CHECK(recording.profile.threads[1].name == "renamed");
    CHECK(recording.changes == 2);
    check_same(recording.profile, profile);

    messages.push_back(encode_update(profile, 51, known));
    CHECK(received(messages).changes == 2);
}

TEST_CASE("amounts since a mark, notices and the end arrive") {
    const capture::Profile profile = sample_profile();
    KnownRows known;
    Recording recording =
        received({encode_hello({}), encode_update(profile, 1, known), encode_since({{0, 0}, {0, 0}, {4, 400}})});
    REQUIRE(recording.since.size() == 3);
    CHECK(recording.since[1].count == 0);
    CHECK((recording.since[2].count == 4 && recording.since[2].bytes == 400));
    const Message notice = decode_answer(encode_notice({true, "no space"}), false, recording);
    CHECK((std::get<Notice>(notice).failed && std::get<Notice>(notice).text == "no space"));
    const Message end = decode_answer(encode_end({capture::EndKind::kSignaled, 9, 1234}), false, recording);
    CHECK((std::get<End>(end).ending.code == 9 && std::get<End>(end).ending.out_of_memory == 1234));
}

TEST_CASE("processes arrive as they were sent") {
    const std::vector<Process> sent{{4712, 40001, 1'000'000, {capture::EndKind::kRunning, 0}, "python a.py"},
                                    {4713, 65535, 0, {capture::EndKind::kSignaled, 9}, ""}};
    const capture::Bytes message = encode_processes(sent);
    Recording recording;
    CHECK(std::get<Processes>(decode_answer(message, false, recording)).all == sent);
    CHECK(std::get<Processes>(decode_answer(encode_processes({}), false, recording)).all.empty());
    for (std::size_t size = 0; size < message.size(); ++size) {
        CHECK_THROWS_AS(decode_answer(std::span(message).first(size), false, recording), base::Error);
    }
    CHECK_THROWS_AS(decode_answer(encode_processes({{1, 65536, 0, {}, ""}}), false, recording), base::Error);
}

TEST_CASE("what is not of the protocol is refused") {
    Recording recording;
    KnownRows known;
    const capture::Profile profile = sample_profile();
    const capture::Bytes update = encode_update(profile, 1, known);
    CHECK_THROWS_AS(decode_answer({}, true, recording), base::Error);
    CHECK_THROWS_AS(decode_answer(update, true, recording), base::Error);
    CHECK_THROWS_AS(decode_answer(encode_hello({}), false, recording), base::Error);
    CHECK_THROWS_AS(decode_answer(encode_since({{1, 1}}), false, recording), base::Error);  // of no site
    for (std::size_t size = 0; size < update.size(); ++size) {
        Recording fresh;
        CHECK_THROWS_AS(decode_answer(std::span(update).first(size), false, fresh), base::Error);
    }
    Recording larger;
    larger.profile = profile;
    larger.profile.sites.resize(profile.sites.size() + 1);
    CHECK_THROWS_AS(decode_answer(update, false, larger), base::Error);  // fewer rows than there were
    CHECK_THROWS_AS(decode_request(encode_viewer_hello()), base::Error);
    CHECK_THROWS_AS(check_viewer_hello(encode_request(Request::kSave)), base::Error);
    CHECK(decode_request(encode_request(Request::kMark)) == Request::kMark);
}

TEST_CASE("a peer of another version is told so") {
    capture::Bytes hello = encode_viewer_hello();
    hello.back() = kProtocolVersion + 1;
    CHECK_THROWS_WITH(check_viewer_hello(hello), Catch::Contains("speaks version 4 of the live protocol, this one 3"));
}

TEST_CASE("frames come out as they went in, however the stream is cut") {
    capture::Bytes stream;
    append_frame(stream, std::vector<std::uint8_t>{1, 2, 3});
    append_frame(stream, std::vector<std::uint8_t>{4});
    const std::size_t piece = GENERATE(1, 2, 5, 100);
    FrameReader reader(16);
    std::vector<capture::Bytes> frames;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        reader.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
        while (auto frame = reader.next()) { frames.push_back(std::move(*frame)); }
    }
    CHECK(frames == std::vector<capture::Bytes>{{1, 2, 3}, {4}});
}

TEST_CASE("empty frames and frames that are too long are refused") {
    const auto length = GENERATE(std::uint8_t{0}, std::uint8_t{17});
    FrameReader reader(16);
    reader.feed(std::vector<std::uint8_t>{length, 0, 0, 0});
    CHECK_THROWS_AS(reader.next(), base::Error);
}

}  // namespace memray::live
