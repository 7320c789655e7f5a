// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
//   snapshot_tool live|stopped|frozen|best PID
//   snapshot_tool core FILE [EXECUTABLE]
//
// Opens a snapshot and says what it is in one line of JSON; then answers each line of its input, in JSON as well, until
// that ends: "words ADDRESS COUNT" with the different words there are, "bytes ADDRESS SIZE" with the bytes in
// hexadecimal digits, "range ADDRESS" with what is mapped there, "touch" (reads all private memory) with the bytes that
// could be read. null where nothing can be read. An error is one line on stderr, as of a command.
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "injector/base/error.h"
#include "injector/heap/source/snapshot.h"

using namespace memray;
using heap::RemoteAddr;
using heap::Snapshot;
using nlohmann::json;

namespace {

Snapshot open(const std::string& kind, const std::string& what, const std::string& executable) {
    if (kind == "core") { return heap::open_core(what, executable); }
    const pid_t pid = std::stoi(what);
    if (kind == "live") { return heap::open_live(pid); }
    if (kind == "stopped") { return heap::open_stopped(pid); }
    if (kind == "frozen") { return heap::open_frozen(pid); }
    return heap::open_best(pid);
}

json description(const Snapshot& snapshot) {
    static constexpr const char* kKinds[] = {"live", "copied", "frozen", "core"};
    json threads = json::array();
    for (const heap::ThreadState& thread : snapshot.threads) {
        threads.push_back({thread.id, thread.name, thread.stack_pointer.value(), thread.program_counter.value()});
    }
    return {{"kind", kKinds[static_cast<int>(snapshot.kind)]},
            {"pid", snapshot.pid},
            {"entry", snapshot.entry.value()},
            {"pause", snapshot.pause.count()},
            {"threads", threads},
            {"notes", snapshot.notes}};
}

json words(const Snapshot& snapshot, RemoteAddr address, std::size_t count) {
    const std::byte* bytes = snapshot.memory->view(address, count * sizeof(std::uint64_t));
    if (bytes == nullptr) { return nullptr; }
    std::set<std::uint64_t> found;
    for (std::size_t index = 0; index < count; ++index) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + index * sizeof word, sizeof word);
        found.insert(word);
    }
    return found;
}

json bytes(const Snapshot& snapshot, RemoteAddr address, std::size_t size) {
    const std::byte* content = snapshot.memory->view(address, size);
    if (content == nullptr) { return nullptr; }
    static constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t index = 0; index < size; ++index) {
        text += kDigits[std::to_integer<unsigned>(content[index]) >> 4U];
        text += kDigits[std::to_integer<unsigned>(content[index]) & 0xfU];
    }
    return text;
}

json range(const Snapshot& snapshot, RemoteAddr address) {
    const heap::Range* found = snapshot.memory->range_at(address);
    if (found == nullptr) { return nullptr; }
    return {{"begin", found->begin.value()}, {"end", found->end.value()}, {"path", found->path}};
}

json touch(const Snapshot& snapshot) {
    constexpr std::uint64_t kStep = 1 << 20U;
    std::uint64_t size = 0;
    for (const heap::Range& range : snapshot.memory->ranges()) {
        if (range.shared) { continue; }
        for (std::uint64_t at = 0; at < range.size(); at += kStep) {
            const std::uint64_t length = std::min(kStep, range.size() - at);
            if (snapshot.memory->view(range.begin + at, length) != nullptr) { size += length; }
        }
    }
    return size;
}

json answer(const Snapshot& snapshot, const std::string& line) {
    std::istringstream fields(line);
    std::string what;
    std::uint64_t address = 0;
    std::size_t count = 0;
    fields >> what >> address >> count;
    if (what == "words") { return words(snapshot, RemoteAddr(address), count); }
    if (what == "bytes") { return bytes(snapshot, RemoteAddr(address), count); }
    if (what == "range") { return range(snapshot, RemoteAddr(address)); }
    return touch(snapshot);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) { return base::kWrongUsage; }
    try {
        const Snapshot snapshot = open(argv[1], argv[2], argc > 3 ? argv[3] : "");
        std::cout << description(snapshot) << std::endl;
        for (std::string line; std::getline(std::cin, line);) { std::cout << answer(snapshot, line) << std::endl; }
    } catch (const base::Error& error) {
        std::cerr << error.what() << '\n';
        return error.exit_code();
    }
    return 0;
}
