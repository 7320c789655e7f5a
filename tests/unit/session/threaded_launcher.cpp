// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Executes its arguments from a thread that is not the first, while others are busy, as launchers written in Go do.
#include <pthread.h>
#include <unistd.h>

namespace {

char** command;

void* execute(void*) {
    ::execvp(command[0], command);
    ::_exit(127);
}

void* rest(void*) {
    ::pause();
    return nullptr;
}

void start(void* (*function)(void*)) {
    pthread_t thread;
    ::pthread_create(&thread, nullptr, function, nullptr);
}

}  // namespace

int main(int, char** argv) {
    command = argv + 1;
    for (int count = 0; count < 5; ++count) { start(rest); }
    start(execute);
    ::pause();
}
