// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Unix sockets with a name in a RuntimeFolder. Both ends make sure who the other is before they say or hear anything.
// Names of processes that were killed stay until somebody sees that nobody listens there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "injector/base/unique_fd.h"
#include "injector/sockets/message.h"
#include "injector/sockets/runtime_folder.h"

namespace memray::sockets {

class LocalListener {
public:
    enum class Taken : bool { kRefuse, kReplace };  // a name at which somebody listens

    // None if the name is taken. One at which nobody listens any more is free. Throws base::Error.
    [[nodiscard]] static std::unique_ptr<LocalListener> try_listen(std::shared_ptr<const RuntimeFolder> folder,
                                                                   const std::string& name,
                                                                   Taken taken = Taken::kRefuse);
    ~LocalListener();  // removes the name
    LocalListener(const LocalListener&) = delete;
    LocalListener& operator=(const LocalListener&) = delete;

    // A connection of this user or root, without waiting, none if there is none. Those of others are closed.
    [[nodiscard]] base::UniqueFd accept();
    [[nodiscard]] int fd() const noexcept { return socket_.get(); }
    // A connection was closed because of who made it; once.
    [[nodiscard]] bool take_refusal() noexcept { return std::exchange(refused_, false); }

    // Removes the names of all that this process has, for an end without destructors.
    static void remove_all_names();

private:
    LocalListener(std::shared_ptr<const RuntimeFolder> folder, std::string name, base::UniqueFd socket);
    void remove_name() const;

    std::shared_ptr<const RuntimeFolder> folder_;
    std::string name_;
    base::UniqueFd socket_;
    pid_t process_;
    bool refused_{false};
};

struct LocalConnection {
    enum class State : std::uint8_t {
        kOpen,
        kNobody,  // there is no such name, or what has it is not the folder owner's or root's
        kDead,    // who listened there does not any more
        kNoRoom,  // too many wait there
    };
    State state;
    base::UniqueFd socket;  // does not block
    pid_t pid{0};           // of who listens
};

// Waits until `deadline` for room, and for nothing else.
[[nodiscard]] LocalConnection connect_to(const RuntimeFolder& folder, const std::string& name, Moment deadline = {});

// Removes the sockets at which nobody listens any more from all folders of this user.
void remove_dead_sockets();

}  // namespace memray::sockets
