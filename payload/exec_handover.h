// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Following a child that executes another program. Hooks end with the program that they are in, so the thread that is
// about to execute one asks the recorder of the children to trace it meanwhile (wire::ExecRequest). Where the C library
// makes a child and executes in one go, it is the calling thread that is traced: its child is from its first
// instruction on, and the thread itself only until it has made it.
//
// Nothing here allocates, takes a lock or changes errno. In a vfork child it runs in memory that is the parent's, who
// is suspended.
#pragma once

#include "payload/wire/child_pool.h"

namespace memray::payload {

// For the scope of the call that executes.
class ExecHandover {
public:
    // `path`: of the program, nullptr if it is not known. A program that runs with other rights than its caller's is
    // left alone, as it would not get them under a tracer.
    explicit ExecHandover(const char* path) noexcept;
    // The call has returned.
    ~ExecHandover();
    ExecHandover(const ExecHandover&) = delete;
    ExecHandover& operator=(const ExecHandover&) = delete;

private:
    void ask() noexcept;
    [[nodiscard]] bool is_ours() const noexcept;

    wire::ExecRequest* request_{nullptr};  // nullptr: nobody follows
    std::uint32_t ticket_{0};
};

}  // namespace memray::payload
