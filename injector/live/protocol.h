// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a recorder and a viewer say to each other. Each frame is one message: a kind, then its content.
//
//   recorder: kHello (kUpdate | kSince | kProcesses | kNotice)* kEnd
//   viewer:   kHello kRequest*
//
// Updates are table updates, not events: rows of the growing tables that the viewer does not have yet, and the amounts
// of the sites that changed, so they are short however much the program allocates. Every one may come late, but brings
// the viewer to the newest state. A recorder that follows children tells where they are shown (kProcesses). Both ends
// check what they get: anything else than the above throws base::Error.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "injector/base/error.h"
#include "injector/capture/format.h"
#include "injector/capture/profile.h"
#include "injector/live/process_board.h"

namespace memray::live {

// Goes up with every change.
inline constexpr std::uint32_t kProtocolVersion = 3;
inline constexpr std::size_t kLongestAnswer = std::size_t{1} << 30U;  // of a recorder
inline constexpr std::size_t kLongestRequest = 64;                    // of a viewer

enum class MessageKind : std::uint8_t {
    kHello = 1,
    kUpdate = 2,
    kSince = 3,
    kNotice = 4,
    kEnd = 5,
    kRequest = 6,
    kProcesses = 7,
};

enum class Request : std::uint8_t {
    kSave = 1,    // write a capture of what is now; a notice says where it is
    kMark = 2,    // from now on, with the updates, what was allocated since now and is live
    kUnmark = 3,  // no longer
};

// How much of the growing tables the viewer has.
struct KnownRows {
    std::size_t strings{0};
    std::size_t functions{0};
    std::size_t frames{0};
    std::size_t stacks{0};
    std::size_t sites{0};
    std::vector<capture::Thread> threads;
    std::vector<capture::Snapshot> snapshots;
    std::vector<capture::Residence> residences;
    std::vector<capture::Amount> live;  // of sites
};

// What a viewer knows of a recording.
struct Recording {
    // Profile::leaked and Site::leaked, also of mappings that are no memory: what is live now.
    capture::Profile profile;
    std::uint64_t events{0};
    std::vector<capture::Amount> since;  // per site, since the mark; empty without
    std::uint64_t changes{0};            // updates in which an amount changed
    bool has_since{false};
};

struct Hello {
    capture::Metadata metadata;
};
struct Update {};  // it is in the Recording
struct Since {};   // likewise
struct Notice {
    bool failed{false};
    std::string text;
};
struct End {
    capture::Ending ending;
};
// Those that the process has made, and theirs.
struct Processes {
    std::vector<Process> all;
};
using Message = std::variant<Hello, Update, Since, Notice, End, Processes>;

[[nodiscard]] base::Error not_understood();

[[nodiscard]] capture::Bytes encode_hello(const capture::Metadata& metadata);
// Only what is new, and `known` is up to date then.
[[nodiscard]] capture::Bytes encode_update(const capture::Profile& now, std::uint64_t events, KnownRows& known);
[[nodiscard]] capture::Bytes encode_since(const std::vector<capture::Amount>& amounts);
[[nodiscard]] capture::Bytes encode_notice(const Notice& notice);
[[nodiscard]] capture::Bytes encode_processes(const std::vector<Process>& processes);
[[nodiscard]] capture::Bytes encode_end(const capture::Ending& ending);
[[nodiscard]] capture::Bytes encode_viewer_hello();
[[nodiscard]] capture::Bytes encode_request(Request request);

// Of a recorder; updates go into `recording`, which is not to be used any more if this throws. The first message must
// be the kHello of a recorder of this version, and no other may be.
[[nodiscard]] Message decode_answer(std::span<const std::uint8_t> frame, bool first, Recording& recording);

void check_viewer_hello(std::span<const std::uint8_t> frame);
[[nodiscard]] Request decode_request(std::span<const std::uint8_t> frame);

}  // namespace memray::live
