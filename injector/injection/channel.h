// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Messages between processes of the recorder, each of which the other one has forked.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

namespace memray::injection {

using Moment = std::chrono::steady_clock::time_point;

struct Message {
    enum Kind : char {
        kNote = 'n',      // text: what was done
        kError = 'e',     // text: why it failed; the last one
        kChildren = 'c',  // fd: the memory for forked children; a value: its address in the target
        kReady = 'r',     // fd: the region; a value; waits for kGo, or for the other side to hang up
        kGo = 'g',
        kTrace = 't',  // a value: what to trace; wants kGo
        kDone = 'd',   // a value: what became of it; the last one
    };
    Kind kind;
    std::string text;  // or the bytes of a value
    base::UniqueFd fd;

    // Throws base::Error if it is not one of this type.
    template <typename T>
    [[nodiscard]] T value() const {
        static_assert(std::is_trivially_copyable_v<T>);
        if (text.size() != sizeof(T)) { throw base::Error("A message between processes of the recorder is damaged"); }
        T value;
        std::memcpy(&value, text.data(), sizeof value);
        return value;
    }
};

// Text in a value. Throws base::Error if it is too long.
template <std::size_t kSize>
class FixedText {
public:
    FixedText() = default;
    explicit FixedText(const std::string& text) {
        if (text.size() >= kSize) { throw base::Error("Too long: " + text); }
        std::copy(text.begin(), text.end(), text_.begin());
    }
    [[nodiscard]] std::string text() const { return text_.data(); }

private:
    std::array<char, kSize> text_{};
};

// One end of the line between the two.
class Channel {
public:
    explicit Channel(base::UniqueFd socket) : socket_(std::move(socket)) {}

    // Nobody may be listening any more; that is for receive() to find out.
    void send(Message::Kind kind, const std::string& text = {}, int fd = -1) const noexcept;
    // The other side is this same program.
    template <typename T>
    void send_value(Message::Kind kind, const T& value, int fd = -1) const {
        static_assert(std::is_trivially_copyable_v<T>);
        send(kind, std::string(reinterpret_cast<const char*>(&value), sizeof value), fd);
    }
    // Nothing if the other side is gone, or at the deadline.
    [[nodiscard]] std::optional<Message> receive(std::optional<Moment> deadline) const;
    // Whether receive() would return at once.
    [[nodiscard]] bool has_news() const;

private:
    base::UniqueFd socket_;
};

}  // namespace memray::injection
