// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as what a recorder sends to a viewer: up to the first thing that makes no sense, the view can be drawn.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cli/live/model.h"
#include "cli/live/scene.h"
#include "injector/base/error.h"
#include "injector/live/frame_stream.h"
#include "injector/live/protocol.h"

namespace live = memray::live;

namespace {

void show(const live::Recording& recording, live::Model& model, const std::vector<live::Process>& processes) {
    model.update(recording);
    live::OutputPane output;
    live::State state;
    state.recording = &recording;
    state.model = &model;
    state.output = &output;
    state.greeted = true;
    state.processes.processes = processes;
    for (const bool list : {false, true}) {
        state.processes.open = list;
        if (live::make_scene(state, 100, 30).lines.size() != 30) { std::abort(); }
    }
}

// Everything a user could do to the table.
void use(live::Model& model) {
    model.toggle_merge();
    model.next_thread(1);
    model.enter();
    static_cast<void>(model.leave());
    model.toggle_baseline();
    model.set_filter("a");
    model.set_filter("");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    live::FrameReader frames(live::kLongestAnswer);
    frames.feed({data, size});
    live::Recording recording;
    live::Model model;
    std::vector<live::Process> processes;
    bool first = true;
    try {
        while (const auto frame = frames.next()) {
            live::Message message = live::decode_answer(*frame, first, recording);
            first = false;
            if (auto* list = std::get_if<live::Processes>(&message)) { processes = std::move(list->all); }
            show(recording, model, processes);
            use(model);
        }
    } catch (const memray::base::Error&) {  // the one way to fail
    }
    return 0;
}
