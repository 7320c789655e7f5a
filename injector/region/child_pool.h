// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory for recordings of forked children (payload/wire/child_pool.h): made in the first process, looked after by
// the process that records the children.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "injector/base/mapping.h"
#include "injector/region/pool_members.h"
#include "injector/region/region.h"
#include "injector/region/remote_file.h"
#include "injector/region/target.h"
#include "payload/wire/child_pool.h"

namespace memray::region {

inline constexpr std::uint32_t kMaxChildren = 512;  // at a time
inline constexpr RegionSizes kChildRegion{.slots = 128, .ring_words = 16384, .tables = 64U << 20U};

// An empty pool of which only the target has the beginning mapped; unmapped there on destruction, unless kept.
class ChildPoolInTarget {
public:
    // `flags`: wire::Flags of the recordings. For fewer children if the target's address space or our files are
    // limited. Throws base::Error.
    ChildPoolInTarget(RemoteSystem& system, pid_t pid, const wire::TargetInfo& info, std::uint32_t flags,
                      bool follow_execs);
    // Tells the payload of it, which then follows forks. `region_file`: the first process's, laid out.
    void announce(int region_file) const;
    [[nodiscard]] base::UniqueFd take_file() noexcept { return file_.take_file(); }
    [[nodiscard]] RemoteAddr address() const noexcept { return file_.address(); }
    void keep() noexcept { file_.keep(); }

private:
    std::uint32_t places_;
    SharedFileInTarget file_;
};

// The recorder's side. What the processes wrote is checked before it is used.
class ChildPool {
public:
    struct Claim {
        std::uint32_t place;
        wire::Caller caller;
    };

    // Takes the file of the pool. Throws base::Error.
    explicit ChildPool(ChildMemory& memory);

    // Lays regions out ahead of those who will want one.
    void prepare();
    // Whether there may be claims or requests that were not there when this was called last.
    [[nodiscard]] bool look();
    // A futex that changes with the next ones, and its value when look() looked. Not for long: is_deserted() moves it.
    [[nodiscard]] std::atomic<std::uint32_t>& news() const { return pool().claims; }
    [[nodiscard]] std::uint32_t seen() const noexcept { return seen_; }
    [[nodiscard]] std::vector<Claim> claims();

    // Threads that want to execute something (kAsked), or have not (kReleasing). `request` is good for answer_exec().
    struct ExecNews {
        std::size_t request;
        wire::Caller caller;
        wire::ExecState state;
    };
    [[nodiscard]] std::vector<ExecNews> exec_news();
    // Makes the thread go on if its state is `from`; false if it is not.
    bool answer_exec(std::size_t request, wire::ExecState from, wire::ExecState to);

    // Finds those who have written what claims() and exec_news() say. Throws base::Error.
    [[nodiscard]] PoolMembers members() const { return {file_->get(), address_}; }

    // The child, whose process id is `pid`, may record into the region of its place.
    void accept(std::uint32_t place, pid_t pid);
    void refuse(std::uint32_t place);
    // Throws base::Error.
    [[nodiscard]] base::SharedMemory region(std::uint32_t place) const;
    // The child has ended, and nobody here has the region mapped any more.
    void give_back(std::uint32_t place);

    // No process has the pool mapped, so none can ever want anything. No region may be mapped here.
    // Once true, this is of no use any more.
    [[nodiscard]] bool is_deserted();
    // Children that found no room or no recorder.
    [[nodiscard]] std::uint32_t unrecorded() const;

private:
    [[nodiscard]] wire::ChildPool& pool() const { return *static_cast<wire::ChildPool*>(head_.data()); }
    [[nodiscard]] wire::ChildPlace& at(std::uint32_t place) const;
    void lay_out(std::uint32_t place);
    void punch(std::uint64_t offset, std::uint64_t size);
    void answer(std::uint32_t place, wire::PlaceState state);
    void map_head();

    std::shared_ptr<const base::UniqueFd> file_;
    RemoteAddr address_;  // in the first process
    std::uint32_t flags_;
    std::uint32_t place_count_;
    wire::TargetInfo info_;
    base::Mapping head_;     // all but the regions' bodies
    std::uint32_t seen_{0};  // claims when we looked last
    bool looked_{false};
    std::uint32_t claimed_{0};  // in all
};

}  // namespace memray::region
