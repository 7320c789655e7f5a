// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/pool_members.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <string>

#include "injector/base/file.h"
#include "injector/base/mapping.h"
#include "injector/base/process_status.h"

using namespace memray;
using region::PoolMembers;
using wire::Caller;

namespace {

constexpr std::size_t kSize = 8192;

base::UniqueFd make_pool() {
    base::UniqueFd file(::memfd_create("pool", MFD_CLOEXEC));
    REQUIRE(::ftruncate(file.get(), kSize) == 0);
    return file;
}

struct Told {
    pid_t process;
    pid_t other_thread;
};

void* wait_for_end(void* told) {
    *static_cast<std::atomic<pid_t>*>(told) = static_cast<pid_t>(::syscall(SYS_gettid));
    ::pause();
    return nullptr;
}

// An orphan: this process's grandchild, whose parent has ended. It has a second thread. Ended with this object.
class Orphan {
public:
    // `prepare` is run in it.
    template <typename Prepare>
    explicit Orphan(Prepare prepare) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        const pid_t parent = ::fork();
        if (parent == 0) {
            if (::fork() != 0) { ::_exit(0); }
            prepare();
            live(ends[1]);
        }
        ::waitpid(parent, nullptr, 0);
        ::close(ends[1]);
        REQUIRE(::read(ends[0], &told_, sizeof told_) == sizeof told_);
        ::close(ends[0]);
    }
    Orphan() : Orphan([] {}) {}
    ~Orphan() { ::kill(told_.process, SIGKILL); }
    Orphan(const Orphan&) = delete;
    Orphan& operator=(const Orphan&) = delete;

    [[nodiscard]] std::uint32_t id() const { return static_cast<std::uint32_t>(told_.process); }
    [[nodiscard]] std::uint32_t other_thread() const { return static_cast<std::uint32_t>(told_.other_thread); }

private:
    [[noreturn]] static void live(int told_to) {
        std::atomic<pid_t> thread{0};
        pthread_t other{};
        ::pthread_create(&other, nullptr, wait_for_end, &thread);
        while (thread == 0) { ::usleep(1000); }
        const Told told{::getpid(), thread};
        static_cast<void>(::write(told_to, &told, sizeof told));
        for (;;) { ::pause(); }
    }

    Told told_{};
};

std::uint32_t own_namespace() { return base::pid_namespace_of("/proc/self"); }
Caller calling(std::uint32_t process) { return {process, process, own_namespace(), 0}; }

struct Pool {
    base::UniqueFd file{make_pool()};
    base::Mapping mapping{base::Mapping::shared(file.get(), kSize)};
    [[nodiscard]] base::RemoteAddr address() const {
        return base::RemoteAddr(reinterpret_cast<std::uint64_t>(mapping.data()));
    }
    [[nodiscard]] std::optional<PoolMembers::Member> find(const Caller& caller) const {
        return PoolMembers(file.get(), address()).find(caller);
    }
};

}  // namespace

TEST_CASE("who came of the first process by fork is found, whoever its parent is now") {
    const Pool pool;
    const Orphan orphan;
    const auto member = pool.find(calling(orphan.id()));
    REQUIRE(member);
    CHECK(member->process == static_cast<pid_t>(orphan.id()));
    CHECK(member->thread == member->process);
    CHECK(member->pidfd);
}

TEST_CASE("its other threads are found as its own only") {
    const Pool pool;
    const Orphan orphan;
    const Orphan other;
    Caller caller = calling(orphan.id());
    caller.thread = orphan.other_thread();
    const auto member = pool.find(caller);
    REQUIRE(member);
    CHECK(member->thread == static_cast<pid_t>(orphan.other_thread()));
    for (const std::uint32_t thread : {other.id(), other.other_thread(), 0U, 1U, 0xffffffffU}) {
        CAPTURE(thread);
        caller.thread = thread;
        CHECK_FALSE(pool.find(caller));
    }
    CHECK_FALSE(pool.find(calling(orphan.other_thread())));  // a thread is no process
}

TEST_CASE("numbers that name nobody, or nobody of the family, find nobody") {
    const Pool pool;
    const Orphan orphan;
    const Orphan stranger([&] { ::munmap(pool.mapping.data(), kSize); });
    for (const std::uint32_t process :
         {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU, std::uint32_t(::getppid()), stranger.id()}) {
        for (const std::uint32_t pid_namespace : {0U, 1U, own_namespace(), 0xffffffffU}) {
            CAPTURE(process, pid_namespace);
            CHECK_FALSE(pool.find({process, process, pid_namespace, 0}));
        }
    }
    CHECK_FALSE(pool.find({orphan.id(), orphan.id(), own_namespace() + 1, 0}));
}

TEST_CASE("without its PID namespace, a number finds the only one that has it") {
    const Pool pool;
    const Orphan orphan;
    REQUIRE(pool.find({orphan.id(), orphan.id(), 0, 0}));
    CHECK(pool.find({orphan.id(), orphan.other_thread(), 0, 0})->thread == static_cast<pid_t>(orphan.other_thread()));
}

TEST_CASE("this process and its children are never meant, although they have the memory") {
    const Pool pool;
    CHECK_FALSE(pool.find(calling(static_cast<std::uint32_t>(::getpid()))));
    const pid_t child = ::fork();
    if (child == 0) {
        for (;;) { ::pause(); }
    }
    CHECK_FALSE(pool.find(calling(static_cast<std::uint32_t>(child))));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("a stranger who was handed the memory is none of the family") {
    const Pool pool;
    // As a display server has what its clients gave it: elsewhere. Or another file at that place.
    const Orphan elsewhere([&] {
        ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, pool.file.get(), 0);
        ::munmap(pool.mapping.data(), kSize);
    });
    const Orphan another([&] {
        ::mmap(pool.mapping.data(), kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
               ::memfd_create("pool", MFD_CLOEXEC), 0);
    });
    const Orphan second_page([&] {
        ::mmap(pool.mapping.data(), 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, pool.file.get(), 4096);
    });
    CHECK_FALSE(pool.find(calling(elsewhere.id())));
    CHECK_FALSE(pool.find(calling(another.id())));
    CHECK_FALSE(pool.find(calling(second_page.id())));
}

TEST_CASE("a number finds nobody when its process has ended") {
    const Pool pool;
    std::optional<Orphan> orphan(std::in_place);
    const auto member = pool.find(calling(orphan->id()));
    REQUIRE(member);
    PoolMembers members(pool.file.get(), pool.address());
    CHECK(members.has_pool_mapped(*member));
    const std::uint32_t id = orphan->id();
    orphan.reset();
    while (members.find(calling(id))) { ::usleep(1000); }
    CHECK_FALSE(members.has_pool_mapped(*member));
}

// As good as a number that is used again.
TEST_CASE("a number finds nobody when its process has become another program") {
    const Pool pool;
    auto& told = *static_cast<std::atomic<pid_t>*>(pool.mapping.data());
    const pid_t parent = ::fork();
    if (parent == 0) {
        if (::fork() != 0) { ::_exit(0); }
        told = ::getpid();
        while (told != 0) { ::usleep(1000); }
        ::execl("/bin/sleep", "sleep", "100", nullptr);
        ::_exit(1);
    }
    ::waitpid(parent, nullptr, 0);
    while (told == 0) { ::usleep(1000); }
    const pid_t process = told;
    CHECK(pool.find(calling(static_cast<std::uint32_t>(process))));
    told = 0;
    const std::string comm = "/proc/" + std::to_string(process) + "/comm";
    while (base::try_read_file(comm) != "sleep\n") { ::usleep(1000); }
    CHECK_FALSE(pool.find(calling(static_cast<std::uint32_t>(process))));
    ::kill(process, SIGKILL);
}
