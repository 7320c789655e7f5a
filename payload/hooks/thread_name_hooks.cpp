// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <cstdarg>

#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"

namespace memray::payload {

extern "C" {

int hook_prctl(int option, ...) {
    std::va_list list;
    va_start(list, option);
    unsigned long arguments[4];
    for (unsigned long& argument : arguments) { argument = va_arg(list, unsigned long); }
    va_end(list);
    const int result = originals[0].prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
    if (option == PR_SET_NAME && result == 0 && is_recordable()) {
        record_thread_name(reinterpret_cast<const char*>(arguments[0]));
    }
    return result;
}

int hook_pthread_setname_np(unsigned long thread, const char* name) {
    const int result = originals[0].pthread_setname_np(thread, name);
    // The name of another thread cannot be written to this thread's ring; the collector reads it from /proc.
    if (result == 0 && thread == reinterpret_cast<unsigned long>(__builtin_thread_pointer()) && is_recordable()) {
        record_thread_name(name);
    }
    return result;
}
}

}  // namespace memray::payload
