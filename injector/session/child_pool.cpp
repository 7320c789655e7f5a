// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/child_pool.h"

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
#include "injector/base/process_status.h"
#include "injector/session/region.h"

namespace memray::session {
namespace {

using wire::ExecState;
using wire::PlaceState;

// Most processes have few children or none.
constexpr std::uint32_t kFirstPreparedAhead = 2;
constexpr std::uint32_t kPreparedAhead = 32;

constexpr std::uint64_t page_up(std::uint64_t size) {
    return (size + wire::kPageSize - 1) / wire::kPageSize * wire::kPageSize;
}

std::uint64_t head_size(std::uint32_t places) {
    return page_up(wire::kPlacesOffset + sizeof(wire::ChildPlace) * std::uint64_t{places});
}

std::uint64_t pool_size(std::uint32_t places, std::uint32_t flags) {
    return head_size(places) + places * region_size(kChildRegion, flags);
}

// The places take less than a region does.
std::uint32_t places_in(int file, std::uint32_t flags) {
    struct stat status {};
    if (::fstat(file, &status) != 0) { throw base::system_error("fstat of the memory for children"); }
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(status.st_size) / region_size(kChildRegion, flags));
}

template <typename Word>
void wake_all(std::atomic<Word>& word) {
    ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

ChildPoolInTarget::ChildPoolInTarget(RemoteSystem& system, pid_t pid, const wire::TargetInfo& info, std::uint32_t flags,
                                     bool follow_execs)
    : system_(system) {
    RemoteFile file(system, pid, "memray-children", false);
    map(file, flags);
    const std::uint32_t places = places_in(file.local_fd(), flags);
    const base::Mapping head = base::Mapping::shared(file.local_fd(), head_size(places));
    auto* pool = new (head.data()) wire::ChildPool{};
    pool->place_count = places;
    pool->places_offset = wire::kPlacesOffset;
    pool->regions_offset = head_size(places);
    pool->region_size = region_size(kChildRegion, flags);
    pool->follow_exec = follow_execs ? 1 : 0;
    new (static_cast<unsigned char*>(head.data()) + wire::kPoolInfoOffset) wire::TargetInfo(info);
    // The places are zero as the file is: bare.
    file_ = file.take_local_fd();
}

ChildPoolInTarget::~ChildPoolInTarget() {
    if (kept_) { return; }
    try {
        system_.unmap(address_, size_);
    } catch (const base::Error&) {
        // The target died.
    }
}

void ChildPoolInTarget::map(const RemoteFile& file, std::uint32_t flags) {
    for (std::uint32_t places = kMaxChildren;; places /= 2) {
        size_ = pool_size(places, flags);
        const std::int64_t address = try_map_in_target(system_, file, size_);
        if (address >= 0 || address < -4095) {
            address_ = RemoteAddr(static_cast<std::uint64_t>(address));
            return;
        }
        if (!is_size_limit(address) || places == 1) {
            throw base::system_error("mapping " + std::to_string(size_) + " bytes in the target",
                                     static_cast<int>(-address));
        }
    }
}

void ChildPoolInTarget::announce(int region_file) const {
    const base::Mapping page = base::Mapping::shared(region_file, wire::kPageSize);
    auto* control = static_cast<wire::ControlPage*>(page.data());
    control->child_pool = address_.value();
    control->child_pool_size = size_;
}

ChildPool::ChildPool(ChildMemory& memory)
    : file_(std::move(memory.pool)),
      address_(memory.address),
      flags_(memory.flags),
      place_count_(places_in(file_.get(), flags_)) {
    map_head();
    pool().recorder_namespace = base::pid_namespace_of("/proc/self");
    pool().recorder = static_cast<std::uint32_t>(::getpid());
    info_ = *reinterpret_cast<wire::TargetInfo*>(static_cast<unsigned char*>(head_.data()) + wire::kPoolInfoOffset);
}

void ChildPool::map_head() { head_ = base::Mapping::shared(file_.get(), head_size(place_count_)); }

wire::ChildPlace& ChildPool::at(std::uint32_t place) const {
    auto* places = static_cast<unsigned char*>(head_.data()) + wire::kPlacesOffset;
    return reinterpret_cast<wire::ChildPlace*>(places)[place];
}

std::uint64_t ChildPool::offset_of(std::uint32_t place) const {
    return head_size(place_count_) + place * region_size(kChildRegion, flags_);
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
        const auto start = base::Mapping::shared(file_.get(), wire::kFirstSlotOffset, offset_of(place));
        lay_out_region(start.data(), kChildRegion, flags_, info_);
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

void ChildPool::accept(std::uint32_t place) { answer(place, PlaceState::kAccepted); }
void ChildPool::refuse(std::uint32_t place) { answer(place, PlaceState::kRefused); }

base::Mapping ChildPool::region(std::uint32_t place) const {
    return base::Mapping::shared(file_.get(), region_size(kChildRegion, flags_), offset_of(place));
}

void ChildPool::give_back(std::uint32_t place) {
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset_of(place)),
                static_cast<off_t>(region_size(kChildRegion, flags_)));
    at(place).state.store(PlaceState::kBare, std::memory_order_release);
}

// The kernel seals a memory file against writing only if nobody has it mapped for that.
bool ChildPool::is_deserted() {
    head_ = {};
    if (::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_WRITE) == 0) { return true; }
    map_head();
    return false;
}

std::uint32_t ChildPool::unrecorded() const { return pool().unrecorded.load(std::memory_order_relaxed); }

}  // namespace memray::session
