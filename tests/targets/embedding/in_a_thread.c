// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs all of a program in a thread that is not the first. Compiled together with it, and with -Dmain=program.
#undef main
#include <pthread.h>

int program(int argc, char** argv);

static int count;
static int status;

static void* run(void* arguments) {
    status = program(count, arguments);
    return NULL;
}

int main(int argc, char** argv) {
    pthread_t thread;
    count = argc;
    if (pthread_create(&thread, NULL, run, argv) != 0) { return 1; }
    pthread_join(thread, NULL);
    return status;
}
