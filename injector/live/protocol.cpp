// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/capture/metadata_codec.h"
#include "injector/live/table_update.h"
#include "injector/live/tcp_port.h"

namespace memray::live {
namespace {

using capture::ByteReader;
using capture::Bytes;
using capture::ByteWriter;

constexpr std::string_view kMagic = "memray live";
constexpr std::size_t kShortestProcess = 7;  // one byte for each field

ByteWriter message(MessageKind kind) {
    ByteWriter out;
    out.varint(static_cast<std::uint64_t>(kind));
    return out;
}

ByteWriter hello() {
    ByteWriter out = message(MessageKind::kHello);
    out.raw(kMagic);
    out.varint(kProtocolVersion);
    return out;
}

// A peer of another version is told apart from somebody who speaks something else.
void read_hello(ByteReader& in) {
    if (in.varint() != static_cast<std::uint64_t>(MessageKind::kHello) || in.raw(kMagic.size()) != kMagic) {
        throw not_understood();
    }
    const std::uint64_t version = in.varint();
    if (version == kProtocolVersion) { return; }
    throw base::Error(fmt::format("The other side is a memray that speaks version {} of the live protocol, this one {}",
                                  version, kProtocolVersion));
}

void write_ending(ByteWriter& out, const capture::Ending& ending) {
    out.varint(static_cast<std::uint64_t>(ending.kind));
    out.varint(static_cast<std::uint32_t>(ending.code));
    out.varint(ending.out_of_memory);
}

capture::Ending read_ending(ByteReader& in) {
    const std::uint64_t kind = in.varint();
    if (kind > static_cast<std::uint64_t>(capture::EndKind::kRunning)) { throw not_understood(); }
    capture::Ending ending{static_cast<capture::EndKind>(kind), static_cast<std::int32_t>(in.varint())};
    ending.out_of_memory = in.varint();
    return ending;
}

Process read_process(ByteReader& in) {
    Process process;
    const std::uint64_t pid = in.varint();
    const std::uint64_t port = in.varint();
    if (pid > std::numeric_limits<pid_t>::max() || port > kMaxPort) { throw not_understood(); }
    process.pid = static_cast<pid_t>(pid);
    process.port = static_cast<int>(port);
    process.heap = in.varint();
    process.ending = read_ending(in);
    process.command = in.string();
    return process;
}

Processes read_processes(ByteReader& in) {
    Processes processes;
    for (std::uint64_t left = in.count(kShortestProcess); left > 0; --left) {
        processes.all.push_back(read_process(in));
    }
    return processes;
}

Message read_message(ByteReader& in, Recording& recording) {
    switch (static_cast<MessageKind>(in.varint())) {
        case MessageKind::kUpdate:
            read_update(in, recording);
            return Update{};
        case MessageKind::kSince:
            read_since(in, recording);
            return Since{};
        case MessageKind::kNotice: {
            const bool failed = in.varint() != 0;
            return Notice{failed, std::string(in.string())};
        }
        case MessageKind::kEnd:
            return End{read_ending(in)};
        case MessageKind::kProcesses:
            return read_processes(in);
        case MessageKind::kHello:
        case MessageKind::kRequest:
            break;
    }
    throw not_understood();
}

// Corrupt speaks of files.
template <typename Read>
auto guarded(Read read) {
    try {
        return read();
    } catch (const capture::Corrupt&) { throw not_understood(); }
}

}  // namespace

base::Error not_understood() {
    return base::Error("The other side does not speak the live protocol: what it sent is not understood");
}

Bytes encode_hello(const capture::Metadata& metadata) {
    ByteWriter out = hello();
    encode_metadata(out, metadata);
    return out.bytes();
}

Bytes encode_update(const capture::Profile& now, std::uint64_t events, KnownRows& known) {
    ByteWriter out = message(MessageKind::kUpdate);
    write_update(out, now, events, known);
    return out.bytes();
}

Bytes encode_since(const std::vector<capture::Amount>& amounts) {
    ByteWriter out = message(MessageKind::kSince);
    write_since(out, amounts);
    return out.bytes();
}

Bytes encode_notice(const Notice& notice) {
    ByteWriter out = message(MessageKind::kNotice);
    out.varint(notice.failed ? 1 : 0);
    out.string(notice.text);
    return out.bytes();
}

Bytes encode_end(const capture::Ending& ending) {
    ByteWriter out = message(MessageKind::kEnd);
    write_ending(out, ending);
    return out.bytes();
}

Bytes encode_processes(const std::vector<Process>& processes) {
    ByteWriter out = message(MessageKind::kProcesses);
    out.varint(processes.size());
    for (const Process& process : processes) {
        out.varint(static_cast<std::uint64_t>(process.pid));
        out.varint(static_cast<std::uint64_t>(process.port));
        out.varint(process.heap);
        write_ending(out, process.ending);
        out.string(process.command);
    }
    return out.bytes();
}

Bytes encode_viewer_hello() { return hello().bytes(); }

Bytes encode_request(Request request) {
    ByteWriter out = message(MessageKind::kRequest);
    out.varint(static_cast<std::uint64_t>(request));
    return out.bytes();
}

Message decode_answer(std::span<const std::uint8_t> frame, bool first, Recording& recording) {
    return guarded([&]() -> Message {
        ByteReader in(frame);
        if (!first) { return read_message(in, recording); }
        read_hello(in);
        recording.profile.metadata = decode_metadata(in);
        return Hello{recording.profile.metadata};
    });
}

void check_viewer_hello(std::span<const std::uint8_t> frame) {
    guarded([&] {
        ByteReader in(frame);
        read_hello(in);
    });
}

Request decode_request(std::span<const std::uint8_t> frame) {
    return guarded([&] {
        ByteReader in(frame);
        const bool is_request = in.varint() == static_cast<std::uint64_t>(MessageKind::kRequest);
        const std::uint64_t request = in.varint();
        if (!is_request || request == 0 || request > static_cast<std::uint64_t>(Request::kUnmark) || !in.done()) {
            throw not_understood();
        }
        return static_cast<Request>(request);
    });
}

}  // namespace memray::live
