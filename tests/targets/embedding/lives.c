// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Initializes and finalizes Python again and again, and holds memory of its own meanwhile: lives ROUNDS calls.so END
//
// Each Python makes ten blocks by calls.so and frees all but one. Before each but the first, C makes a block, and frees
// those after the last. END: "finalized", or "alive" to end with a Python that is not.
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kMostRounds = 1000 };
static void* held[kMostRounds];

static const char kScript[] =
    "import ctypes\n"
    "calls = ctypes.CDLL(r'%s')\n"
    "def make():\n"
    "    calls.call_malloc(0, 10, 5001)\n"
    "make()\n"
    "calls.call_free(0, 9, 0)\n";

__attribute__((noinline)) static void hold(int round) { held[round] = malloc(7001); }

int main(int argc, char** argv) {
    if (argc != 4) { return 2; }
    const int rounds = atoi(argv[1]);
    const int dies_alive = strcmp(argv[3], "alive") == 0;
    char script[4096];
    snprintf(script, sizeof script, kScript, argv[2]);
    for (int round = 0; round < rounds; ++round) {
        if (round > 0) { hold(round); }
        Py_InitializeEx(0);
        if (PyRun_SimpleString(script) != 0) { return 1; }
        if (dies_alive && round == rounds - 1) { _exit(3); }
        if (Py_FinalizeEx() != 0) { return 1; }
    }
    // After the last Python: nobody sees it.
    for (int round = 1; round < rounds; ++round) { free(held[round]); }
    return 0;
}
