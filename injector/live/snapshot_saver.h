// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writes captures that viewers ask for, one at a time, into the folder the recorder was started in.
#pragma once

#include <sys/types.h>

#include <future>
#include <optional>
#include <string>

#include "injector/collector/recorder.h"
#include "injector/live/protocol.h"

namespace memray::live {

class SnapshotSaver {
public:
    // Begins to write memray-live.<pid>.<number>.bin. Nothing that exists is overwritten.
    void save(collector::Recorder& recorder, pid_t pid);
    // What has become of it, once.
    [[nodiscard]] std::optional<Notice> take_news();

private:
    std::string path_;
    std::future<void> writing_;
};

}  // namespace memray::live
