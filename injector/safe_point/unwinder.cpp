// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/unwinder.h"

#include <elf.h>
#include <libunwind.h>

#include <array>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "injector/base/error.h"
#include "injector/safe_point/eh_frame_header.h"

// Exported by libunwind for programs that find the tables themselves, but in no header of it.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" int _Ux86_64_dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t* info,
                                                  unw_proc_info_t* proc, int need_unwind_info, void* argument);

namespace memray::safe_point {
namespace {

constexpr std::size_t kMaxFrames = 20000;
constexpr std::size_t kPage = 4096;

// In the order of libunwind's register numbers (that of DWARF).
constexpr std::array kRegisters{&ptrace::Registers::rax, &ptrace::Registers::rdx, &ptrace::Registers::rcx,
                                &ptrace::Registers::rbx, &ptrace::Registers::rsi, &ptrace::Registers::rdi,
                                &ptrace::Registers::rbp, &ptrace::Registers::rsp, &ptrace::Registers::r8,
                                &ptrace::Registers::r9,  &ptrace::Registers::r10, &ptrace::Registers::r11,
                                &ptrace::Registers::r12, &ptrace::Registers::r13, &ptrace::Registers::r14,
                                &ptrace::Registers::r15, &ptrace::Registers::rip};

}  // namespace

class Unwinder::Impl {
public:
    Impl(const ptrace::RemoteMemory& memory, const std::vector<elf::MapEntry>& maps)
        : memory_(memory), tables_(find_eh_frame_headers(memory, maps)), space_(create_space()) {}
    ~Impl() { ::unw_destroy_addr_space(space_); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    CallStack unwind(const ptrace::Registers& registers) {
        registers_ = registers;
        pages_.clear();  // the thread has run since
        CallStack stack;
        unw_cursor_t cursor;
        if (::unw_init_remote(&cursor, space_, this) != 0) { return stack; }
        int more = 1;
        while (more > 0 && stack.frames.size() < kMaxFrames) {
            unw_word_t instruction = 0;
            unw_word_t stack_pointer = 0;
            ::unw_get_reg(&cursor, UNW_REG_IP, &instruction);
            ::unw_get_reg(&cursor, UNW_REG_SP, &stack_pointer);
            if (instruction == 0) { break; }
            stack.frames.push_back({RemoteAddr(instruction), RemoteAddr(stack_pointer)});
            more = ::unw_step(&cursor);
        }
        stack.complete = more == 0 || (more > 0 && stack.frames.size() < kMaxFrames);
        return stack;
    }

    RemoteAddr function_at(RemoteAddr return_address) {
        unw_proc_info_t info{};
        const bool found = find_proc_info(space_, return_address.value() - 1, &info, 0, this) == 0;
        return RemoteAddr(found ? info.start_ip : 0);
    }

private:
    static Impl& self(void* argument) { return *static_cast<Impl*>(argument); }

    static unw_addr_space_t create_space() {
        static unw_accessors_t accessors{&find_proc_info,  &put_unwind_info,   &no_dynamic_info, &access_memory,
                                         &access_register, &no_float_register, &no_resume,       &no_name};
        unw_addr_space_t space = ::unw_create_addr_space(&accessors, 0);
        if (space == nullptr) { throw base::Error("Could not start the stack unwinder"); }
        ::unw_set_caching_policy(space, UNW_CACHE_GLOBAL);
        return space;
    }

    static int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* proc, int need, void* argument) {
        const EhFrameHeader* table = find_table(self(argument).tables_, RemoteAddr(ip));
        if (table == nullptr) { return -UNW_ENOINFO; }
        unw_dyn_info_t info{};
        info.format = UNW_INFO_FORMAT_REMOTE_TABLE;
        info.start_ip = table->begin.value();
        info.end_ip = table->end.value();
        info.u.rti.segbase = table->header.value();
        info.u.rti.table_data = table->entries.value();
        info.u.rti.table_len = table->count * kUnwindEntryBytes / sizeof(unw_word_t);
        return _Ux86_64_dwarf_search_unwind_table(space, ip, &info, proc, need, argument);
    }
    // What it allocates comes from a pool of libunwind's, and few functions are ever looked at.
    static void put_unwind_info(unw_addr_space_t /*space*/, unw_proc_info_t* /*proc*/, void* /*argument*/) {}
    static int no_dynamic_info(unw_addr_space_t /*space*/, unw_word_t* /*address*/, void* /*argument*/) {
        return -UNW_ENOINFO;
    }
    static int access_memory(unw_addr_space_t /*space*/, unw_word_t address, unw_word_t* value, int write,
                             void* argument) {
        return write == 0 && self(argument).read(RemoteAddr(address), value) ? 0 : -UNW_EINVAL;
    }
    static int access_register(unw_addr_space_t /*space*/, unw_regnum_t number, unw_word_t* value, int write,
                               void* argument) {
        if (write != 0 || number < 0 || static_cast<std::size_t>(number) >= kRegisters.size()) { return -UNW_EBADREG; }
        *value = self(argument).registers_.*kRegisters.at(static_cast<std::size_t>(number));
        return 0;
    }
    static int no_float_register(unw_addr_space_t /*space*/, unw_regnum_t /*number*/, unw_fpreg_t* /*value*/,
                                 int /*write*/, void* /*argument*/) {
        return -UNW_EBADREG;
    }
    static int no_resume(unw_addr_space_t /*space*/, unw_cursor_t* /*cursor*/, void* /*argument*/) {
        return -UNW_EINVAL;
    }
    static int no_name(unw_addr_space_t /*space*/, unw_word_t /*address*/, char* /*name*/, std::size_t /*size*/,
                       unw_word_t* /*offset*/, void* /*argument*/) {
        return -UNW_ENOINFO;
    }

    bool read(RemoteAddr address, unw_word_t* value) {
        const std::size_t offset = address.value() % kPage;
        if (offset > kPage - sizeof *value) { return memory_.try_read(address, value, sizeof *value); }
        const auto [page, is_new] = pages_.try_emplace(address.value() - offset);
        if (is_new && !memory_.try_read(RemoteAddr(page->first), page->second.data(), kPage)) {
            pages_.erase(page);
            return false;
        }
        std::memcpy(value, page->second.data() + offset, sizeof *value);
        return true;
    }

    const ptrace::RemoteMemory& memory_;
    std::vector<EhFrameHeader> tables_;
    unw_addr_space_t space_;
    ptrace::Registers registers_{};
    std::unordered_map<std::uint64_t, std::array<unsigned char, kPage>> pages_;
};

Unwinder::Unwinder(const ptrace::RemoteMemory& memory, const std::vector<elf::MapEntry>& maps)
    : impl_(std::make_unique<Impl>(memory, maps)) {}
Unwinder::~Unwinder() = default;
CallStack Unwinder::unwind(const ptrace::Registers& registers) { return impl_->unwind(registers); }
RemoteAddr Unwinder::function_at(RemoteAddr return_address) { return impl_->function_at(return_address); }

}  // namespace memray::safe_point
