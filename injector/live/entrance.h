// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where viewers come in: a Unix socket of this user's that a number names, and, where it is asked for, TCP at the port
// of that number, for those that come through a tunnel. Nothing is said to a connection, and nothing that it says is
// acted on, before the kernel has said that it is this user's or root's, or before it has said the token.
#pragma once

#include <poll.h>

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/sockets/local_socket.h"
#include "injector/sockets/message.h"

namespace memray::live {

class Entrance {
public:
    // At any number that is free. Throws base::Error.
    void open();
    // At this one, and by TCP. Throws base::Error if the port is in use or not allowed.
    void open_port(int port);
    void close();

    [[nodiscard]] int number() const noexcept { return number_; }
    // For TCP; empty without.
    [[nodiscard]] const std::string& token() const noexcept { return token_; }

    // The next viewer that may come in, without waiting; none if there is none. It does not block.
    [[nodiscard]] base::UniqueFd admit();
    // Somebody was sent away; once.
    [[nodiscard]] bool take_refusal();

    // What to wait for until admit() may have something to do.
    void watch(std::vector<pollfd>& descriptors) const;
    // Somebody is to be sent away if nothing comes.
    [[nodiscard]] bool has_deadline() const noexcept { return !asked_.empty(); }

private:
    struct Asked {
        base::UniqueFd socket;
        sockets::MessageReader token;
    };

    void accept_all();
    [[nodiscard]] base::UniqueFd take_answer();

    int number_{0};
    std::unique_ptr<sockets::LocalListener> local_;
    base::UniqueFd tcp_;
    std::string token_;
    std::list<Asked> asked_;
    bool refused_{false};
};

// A connection to the Unix socket of that number, this user's or, for root, anybody's; none if there is none. It does
// not block.
[[nodiscard]] base::UniqueFd try_connect(int number);

}  // namespace memray::live
