// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/connection.h"

#include <sys/socket.h>

#include <utility>

#include "injector/sockets/message.h"

namespace memray::live {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 20U;

}  // namespace

Connection::Connection(base::UniqueFd socket) : socket_(std::move(socket)) { send(encode_viewer_hello()); }

void Connection::receive() {
    capture::Bytes buffer(kMostAtOnce);
    const auto count = sockets::receive_some(socket_.get(), buffer);
    if (!count) { return socket_.reset(); }
    incoming_.feed({buffer.data(), *count});
    while (const auto frame = incoming_.next()) { handle(*frame); }
}

void Connection::handle(const capture::Bytes& frame) {
    Message message = decode_answer(frame, !std::exchange(greeted_, true), recording_);
    ++messages_;
    if (std::holds_alternative<Update>(message)) { ++updates_; }
    if (const auto* notice = std::get_if<Notice>(&message)) { notice_ = *notice; }
    if (auto* list = std::get_if<Processes>(&message)) { processes_ = std::move(list->all); }
    if (const auto* end = std::get_if<End>(&message)) { ending_ = end->ending; }
}

void Connection::request(Request request) { send(encode_request(request)); }

// Requests are so short that they always fit, unless nobody reads them.
void Connection::send(const capture::Bytes& message) {
    if (!socket_) { return; }
    capture::Bytes stream;
    append_frame(stream, message);
    static_cast<void>(::send(socket_.get(), stream.data(), stream.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace memray::live
