// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/child_pool.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>

#include "injector/base/error.h"
#include "injector/base/process.h"
#include "injector/base/process_status.h"

namespace memray::region {
namespace {

using wire::ExecState;
using wire::PlaceState;

// Most processes have few children or none.
constexpr std::uint32_t kFirstPreparedAhead = 2;
constexpr std::uint32_t kPreparedAhead = 32;

constexpr std::uint64_t page_up(std::uint64_t size) {
    return (size + wire::kPageSize - 1) / wire::kPageSize * wire::kPageSize;
}

// Where everything is in the file.
struct PoolLayout {
    std::uint32_t places;
    std::uint64_t body;  // bytes

    [[nodiscard]] std::uint64_t heads() const {
        return page_up(wire::kPlacesOffset + sizeof(wire::ChildPlace) * std::uint64_t{places});
    }
    [[nodiscard]] std::uint64_t head_of(std::uint32_t place) const { return heads() + wire::kRegionHeadSize * place; }
    [[nodiscard]] std::uint64_t mapped() const { return head_of(places); }
    [[nodiscard]] std::uint64_t body_of(std::uint32_t place) const { return mapped() + body * place; }
    [[nodiscard]] std::uint64_t size() const { return body_of(places); }
};

PoolLayout layout_of(std::uint32_t places, std::uint32_t flags) { return {places, body_size(kChildRegion, flags)}; }

// What is before the heads takes less than a body does.
std::uint32_t places_in(int file, std::uint32_t flags) {
    struct stat status {};
    if (::fstat(file, &status) != 0) { throw base::system_error("fstat of the memory for children"); }
    const std::uint64_t each = wire::kRegionHeadSize + body_size(kChildRegion, flags);
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(status.st_size) / each);
}

// What is mapped from the start on leaves most of our share of the address space to the threads.
std::uint32_t places_allowed(pid_t pid, std::uint32_t flags) {
    const std::uint64_t mapped = base::share_of_address_space(pid) / 4;
    const std::uint64_t file = allowed_file_size();
    std::uint32_t places = kMaxChildren;
    for (; layout_of(places, flags).mapped() > mapped || layout_of(places, flags).size() > file; places /= 2) {
        if (places == 1) {
            throw base::Error(
                "The limits on address space and on the size of files (ulimit -v, -f) are too low to "
                "follow children");
        }
    }
    return places;
}

template <typename Word>
void wake_all(std::atomic<Word>& word) {
    ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

ChildPoolInTarget::ChildPoolInTarget(RemoteSystem& system, pid_t pid, const wire::TargetInfo& info, std::uint32_t flags,
                                     bool follow_execs)
    : places_(places_allowed(pid, flags)),
      file_(system, pid, "memray-children", layout_of(places_, flags).size(), layout_of(places_, flags).mapped()) {
    const PoolLayout layout = layout_of(places_, flags);
    const base::Mapping head = base::Mapping::shared(file_.descriptor(), layout.heads());
    auto* pool = new (head.data()) wire::ChildPool{};
    pool->place_count = layout.places;
    pool->places_offset = wire::kPlacesOffset;
    pool->heads_offset = layout.heads();
    pool->follow_exec = follow_execs ? 1 : 0;
    new (static_cast<unsigned char*>(head.data()) + wire::kPoolInfoOffset) wire::TargetInfo(info);
    // The places are zero as the file is: bare.
}

void ChildPoolInTarget::announce(int region_file) const {
    const base::Mapping page = base::Mapping::shared(region_file, wire::kPageSize);
    auto* control = static_cast<wire::ControlPage*>(page.data());
    control->child_pool = file_.address().value();
    control->child_pool_size = file_.mapped();
}

ChildPool::ChildPool(ChildMemory& memory)
    : file_(std::make_shared<const base::UniqueFd>(std::move(memory.pool))),
      address_(memory.address),
      flags_(memory.flags),
      place_count_(places_in(file_->get(), flags_)) {
    map_head();
    pool().recorder_namespace = base::pid_namespace_of("/proc/self");
    pool().recorder = static_cast<std::uint32_t>(::getpid());
    info_ = *reinterpret_cast<wire::TargetInfo*>(static_cast<unsigned char*>(head_.data()) + wire::kPoolInfoOffset);
}

void ChildPool::map_head() { head_ = base::Mapping::shared(file_->get(), layout_of(place_count_, flags_).mapped()); }

wire::ChildPlace& ChildPool::at(std::uint32_t place) const {
    auto* places = static_cast<unsigned char*>(head_.data()) + wire::kPlacesOffset;
    return reinterpret_cast<wire::ChildPlace*>(places)[place];
}

void ChildPool::lay_out(std::uint32_t place) {
    const PoolLayout layout = layout_of(place_count_, flags_);
    lay_out_region(static_cast<unsigned char*>(head_.data()) + layout.head_of(place),
                   {.sizes = kChildRegion,
                    .flags = flags_,
                    .info = info_,
                    .body_offset = layout.body_of(place) - layout.head_of(place)});
}

void ChildPool::prepare() {
    const std::uint32_t ahead = std::min(kPreparedAhead, kFirstPreparedAhead + 2 * claimed_);
    const std::uint32_t wanted = ahead + pool().waiting.load(std::memory_order_relaxed);
    std::uint32_t free = 0;
    bool news = false;
    for (std::uint32_t place = 0; place < place_count_ && free < wanted; ++place) {
        auto& state = at(place).state;
        free += state.load(std::memory_order_relaxed) == PlaceState::kFree ? 1U : 0U;
        if (state.load(std::memory_order_relaxed) != PlaceState::kBare) { continue; }
        lay_out(place);
        state.store(PlaceState::kFree, std::memory_order_release);
        ++free;
        news = true;
    }
    if (!news) { return; }
    pool().prepared.fetch_add(1, std::memory_order_release);
    wake_all(pool().prepared);
}

bool ChildPool::look() {
    const std::uint32_t claims = pool().claims.load(std::memory_order_acquire);
    const bool news = !looked_ || claims != seen_;
    looked_ = true;
    seen_ = claims;
    return news;
}

std::vector<ChildPool::Claim> ChildPool::claims() {
    std::vector<Claim> found;
    for (std::uint32_t place = 0; place < place_count_; ++place) {
        const wire::ChildPlace& entry = at(place);
        const PlaceState state = entry.state.load(std::memory_order_acquire);
        if (state == PlaceState::kClaimed) { found.push_back({place, entry.caller}); }
        if (state == PlaceState::kRefused) { at(place).state.store(PlaceState::kFree); }  // it waited in vain
    }
    claimed_ += static_cast<std::uint32_t>(found.size());
    return found;
}

std::vector<ChildPool::ExecNews> ChildPool::exec_news() {
    std::vector<ExecNews> found;
    for (std::size_t request = 0; request < wire::kExecRequests; ++request) {
        const wire::ExecRequest& entry = pool().exec_requests.at(request);
        const ExecState state = entry.state.load(std::memory_order_acquire);
        if (state != ExecState::kAsked && state != ExecState::kReleasing) { continue; }
        found.push_back({request, entry.caller, state});
    }
    return found;
}

bool ChildPool::answer_exec(std::size_t request, ExecState from, ExecState to) {
    auto& state = pool().exec_requests.at(request).state;
    if (!state.compare_exchange_strong(from, to)) { return false; }
    pool().answers.fetch_add(1, std::memory_order_relaxed);
    wake_all(state);
    return true;
}

void ChildPool::answer(std::uint32_t place, PlaceState state) {
    pool().answers.fetch_add(1, std::memory_order_relaxed);
    auto claimed = PlaceState::kClaimed;
    at(place).state.compare_exchange_strong(claimed, state);
    wake_all(at(place).state);
}

void ChildPool::accept(std::uint32_t place, pid_t pid) {
    const std::uint64_t head = layout_of(place_count_, flags_).head_of(place);
    auto* control = reinterpret_cast<wire::ControlPage*>(static_cast<unsigned char*>(head_.data()) + head);
    control->address_space.store(base::share_of_address_space(pid), std::memory_order_relaxed);
    answer(place, PlaceState::kAccepted);
}
void ChildPool::refuse(std::uint32_t place) { answer(place, PlaceState::kRefused); }

base::SharedMemory ChildPool::region(std::uint32_t place) const {
    return base::SharedMemory(file_, layout_of(place_count_, flags_).head_of(place));
}

void ChildPool::punch(std::uint64_t offset, std::uint64_t size) {
    ::fallocate(file_->get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(size));
}

void ChildPool::give_back(std::uint32_t place) {
    const PoolLayout layout = layout_of(place_count_, flags_);
    punch(layout.head_of(place), wire::kRegionHeadSize);
    punch(layout.body_of(place), layout.body);
    at(place).state.store(PlaceState::kBare, std::memory_order_release);
}

// The kernel seals a memory file against writing only if nobody has it mapped for that.
bool ChildPool::is_deserted() {
    head_ = {};
    if (::fcntl(file_->get(), F_ADD_SEALS, F_SEAL_WRITE) == 0) { return true; }
    map_head();
    return false;
}

std::uint32_t ChildPool::unrecorded() const { return pool().unrecorded.load(std::memory_order_relaxed); }

}  // namespace memray::region
