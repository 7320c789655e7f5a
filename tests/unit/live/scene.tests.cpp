// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/scene.h"

#include <catch2/catch.hpp>

#include "cli/report/text.h"
#include "sample_recording.h"

namespace memray::live {
namespace {

struct Shown {
    Recording recording = sample_recording();
    Model model;
    OutputPane output;
    State state;

    Shown() {
        model.update(recording);
        state.recording = &recording;
        state.model = &model;
        state.output = &output;
        state.greeted = true;
        state.clock = "now";
    }
    [[nodiscard]] std::string text(std::size_t width, std::size_t height) const {
        std::string all;
        for (const Line& line : make_scene(state, width, height).lines) {
            for (const Span& span : line.spans) { all += span.text; }
            all += '\n';
        }
        return all;
    }
};

}  // namespace

TEST_CASE("every terminal is filled and none is overrun") {
    Shown shown;
    shown.output.size = GENERATE(OutputPane::Size::kHidden, OutputPane::Size::kSmall, OutputPane::Size::kFull);
    shown.output.lines.assign(50, "output");
    shown.state.help = GENERATE(false, true);
    shown.state.processes.open = GENERATE(false, true);
    shown.state.processes.processes.resize(30);
    for (std::size_t width = 1; width < 200; width += 7) {
        for (std::size_t height = 1; height < 60; height += 3) {
            const Scene scene = make_scene(shown.state, width, height);
            REQUIRE(scene.lines.size() == height);
        }
    }
    for (const Line& line : make_scene(shown.state, 120, 40).lines) { CHECK(report::width_of(line.spans) <= 120); }
}

TEST_CASE("a wide terminal shows header, graphs and the whole table") {
    const std::string text = Shown().text(120, 36);
    using Catch::Contains;
    CHECK_THAT(text, Contains("PID      4711") && Contains("python app.py") && Contains("All threads (2)") &&
                         Contains("Duration 2.5 seconds") && Contains("(42 events)"));
    CHECK_THAT(text, Contains("Heap 7.300kB (50.00% of 14.600kB max)") && Contains("RSS 55.000kB (60.000kB max)"));
    CHECK_THAT(text, Contains("Own↓") && Contains("5.300kB   72.60%     5.300kB   72.60%          8 lib.py"));
    CHECK_THAT(text, Contains("Live allocations: 4 rows"));
}

TEST_CASE("what was there before the recording, and what is mapped and no memory, stands below the heap") {
    Shown shown;
    using Catch::Contains;
    CHECK_THAT(shown.text(120, 36), !Contains("Before") && !Contains("Mapped"));
    capture::Profile& profile = shown.recording.profile;
    profile.metadata.beginning = capture::Beginning::kAttached;
    profile.metadata.losses.unknown_frees = 3;
    capture::Site file = profile.sites[0];
    file.allocator = capture::Allocator::kPrivateFile;
    file.leaked = {1, 300'000'000};
    profile.sites.push_back(file);
    file.allocator = capture::Allocator::kReservation;
    profile.sites.push_back(file);
    for (const std::size_t width : {80U, 79U}) {
        CHECK_THAT(shown.text(width, 24),
                   Contains("\n Before   50.000kB was resident when recording began; 3 blocks freed since\n"
                            " Mapped   300.000MB reserved, 300.000MB of files, private\n"));
    }
    CHECK_THAT(shown.text(80, 12), !Contains("Before"));
}

TEST_CASE("a narrow terminal keeps names, bytes and counts") {
    const std::string text = Shown().text(60, 30);
    CHECK_THAT(text, Catch::Contains("parse lib.py") && Catch::Contains("5.300kB") && !Catch::Contains("File/Module"));
}

TEST_CASE("eighty columns leave half of them to the location") {
    const std::string text = Shown().text(80, 24);
    CHECK_THAT(text, Catch::Contains("parse lib.py") && !Catch::Contains("% Own"));
    const std::size_t row = text.find("parse lib.py");
    CHECK(text.find("5.300kB", row) - row >= 44);
}

TEST_CASE("help that is longer than the terminal scrolls") {
    Shown shown;
    shown.state.help = true;
    using Catch::Contains;
    CHECK_THAT(shown.text(120, 40), Contains("sort by total") && Contains("leave") && Contains("Any key goes back"));
    CHECK_THAT(shown.text(80, 24), Contains("sort by total") && !Contains("leave") && Contains("Up, Down: more"));
    shown.state.help_scrolled = 1000;
    CHECK_THAT(shown.text(80, 24), !Contains("sort by total") && Contains("leave"));
    const Scene scene = make_scene(shown.state, 80, 24);
    CHECK(scene.help_scrolled > 0);
    CHECK(scene.help_scrolled < 20);
    shown.state.help_scrolled = 0;
    CHECK_THAT(shown.text(40, 40), Contains("  t  o  a\n      sort by total, own, number of"));
}

TEST_CASE("the narrowest table shows the amount that rows are sorted by") {
    Shown shown;
    using Catch::Contains;
    CHECK_THAT(shown.text(40, 30), Contains("Own↓") && Contains("5.300kB") && !Contains("Allocs"));
    shown.model.sort_by(report::LocationOrder::kCount);
    CHECK_THAT(shown.text(40, 30), Contains("Allocs↓") && !Contains("Own"));
}

TEST_CASE("commands are shown without the folders of what was called") {
    Shown shown;
    shown.recording.profile.metadata.command_line = "/opt/bin/memray run /srv/app.py";
    CHECK_THAT(shown.text(120, 36), Catch::Contains("CMD      memray run /srv/app.py"));
    shown.recording.profile.metadata.command_line = "python3 -c a = 1\nprint(a)";
    CHECK_THAT(shown.text(120, 36), Catch::Contains("CMD      python3 -c a = 1\\nprint(a)"));
}

TEST_CASE("the end of the program and a pause are said") {
    Shown shown;
    shown.model.toggle_pause();
    CHECK_THAT(shown.text(120, 36), Catch::Contains("Table updates paused"));
    shown.state.connected = false;
    shown.state.ending = capture::Ending{capture::EndKind::kExited, 3};
    using Catch::Contains;
    CHECK_THAT(shown.text(80, 24), Contains("Remote has disconnected") && Contains("exited with code 3"));
}

TEST_CASE("processes are listed in the place of the table") {
    Shown shown;
    shown.state.processes.processes = {{4711, 0, 7300, {capture::EndKind::kRunning, 0}, "/usr/bin/python app.py"},
                                       {4712, 40001, 5000, {capture::EndKind::kRunning, 0}, "python child.py"},
                                       {4713, 40002, 10, {capture::EndKind::kExited, 1}, "python child.py"}};
    shown.state.processes.shown = 1;
    using Catch::Contains;
    CHECK_THAT(shown.text(120, 36), Contains("PID      4711 (2 of 3)") && Contains("Live allocations"));
    shown.state.processes.open = true;
    const std::string text = shown.text(120, 36);
    CHECK_THAT(text, Contains("Processes: 3, 2 of them running") && !Contains("Live allocations"));
    CHECK_THAT(text, Contains("    4711     7.300kB  running                         python app.py"));
    CHECK_THAT(text, Contains("  > 4712     5.000kB  running "));
    CHECK_THAT(text, Contains("    4713     10.000B  exited with code 1"));
    shown.state.processes.processes[0].ending = {capture::EndKind::kExited, 0};
    CHECK_THAT(shown.text(120, 36), Contains("Processes when the first one ended: 3, 1 of them running"));
    shown.state.processes.cursor = 2;
    const Scene scene = make_scene(shown.state, 40, 21);
    CHECK(scene.row_of_line.back() == 2);
    CHECK(scene.titles == 0);
}

TEST_CASE("a click finds the row and the column") {
    const Shown shown;
    const Scene scene = make_scene(shown.state, 120, 36);
    REQUIRE(scene.row_of_line.size() == 4);
    CHECK(scene.lines[scene.first_row].selected);
    REQUIRE(scene.sort_columns.size() >= 5);
    CHECK(scene.sort_columns[0].second == report::LocationOrder::kOwn);
    CHECK(scene.sort_columns[2].second == report::LocationOrder::kTotal);
}

}  // namespace memray::live
