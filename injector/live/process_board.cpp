// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/process_board.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "injector/base/error.h"

namespace memray::live {

// One of the processes may die at any time; every line makes sense at every moment.
class ProcessBoard::Lock {
public:
    explicit Lock(pthread_mutex_t& mutex) : mutex_(mutex) {
        if (::pthread_mutex_lock(&mutex_) == EOWNERDEAD) { ::pthread_mutex_consistent(&mutex_); }
    }
    ~Lock() { ::pthread_mutex_unlock(&mutex_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    pthread_mutex_t& mutex_;
};

ProcessBoard::ProcessBoard() {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) { throw base::system_error("mapping memory for the list of processes"); }
    shared_ = static_cast<Shared*>(memory);  // zeroes
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&shared_->mutex, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
}

ProcessBoard::~ProcessBoard() { ::munmap(shared_, sizeof(Shared)); }

std::size_t ProcessBoard::free_place() const {
    if (shared_->count < kMost) { return shared_->count++; }
    const auto age = [](const Line& line) { return line.ended == 0 ? ~std::uint64_t{0} : line.ended; };
    const auto oldest = std::min_element(shared_->lines.begin(), shared_->lines.end(),
                                         [&](const Line& a, const Line& b) { return age(a) < age(b); });
    return oldest->ended == 0 ? kMost : static_cast<std::size_t>(oldest - shared_->lines.begin());
}

std::size_t ProcessBoard::enter(pid_t pid, int port, const std::string& command) {
    const Lock lock(shared_->mutex);
    const std::size_t place = free_place();
    if (place == kMost) { return place; }
    Line& line = shared_->lines.at(place);
    line = {pid, port, 0, {capture::EndKind::kRunning, 0, 0}, ++shared_->numbers, 0, {}};
    std::memcpy(line.command.data(), command.data(), std::min(command.size(), line.command.size() - 1));
    return place;
}

void ProcessBoard::set_heap(std::size_t place, std::uint64_t bytes) {
    if (place == kMost) { return; }
    const Lock lock(shared_->mutex);
    shared_->lines.at(place).heap = bytes;
}

void ProcessBoard::end(std::size_t place, const capture::Ending& ending) {
    if (place == kMost) { return; }
    const Lock lock(shared_->mutex);
    shared_->lines.at(place).ending = ending;
    shared_->lines.at(place).ended = ++shared_->numbers;
}

std::vector<Process> ProcessBoard::read() const {
    std::vector<Line> lines;
    {
        const Lock lock(shared_->mutex);
        lines.assign(shared_->lines.begin(), shared_->lines.begin() + static_cast<std::ptrdiff_t>(shared_->count));
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.entered < b.entered; });
    std::vector<Process> processes;
    processes.reserve(lines.size());
    for (const Line& line : lines) {
        processes.push_back({line.pid, line.port, line.heap, line.ending, line.command.data()});
    }
    return processes;
}

}  // namespace memray::live
