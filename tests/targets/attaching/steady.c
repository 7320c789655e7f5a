// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Fills everything that a thread owns in the processor with known values, spins, and looks whether they are still
// there.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { kVectors = 16, kVectorBytes = 32, kGeneral = 11, kRedZoneWords = 16 };

// Known to steady_spin.S.
struct Image {
    unsigned char vectors[kVectors][kVectorBytes];
    uint64_t general[kGeneral];
    uint64_t red_zone[kRedZoneWords];
    uint64_t flags;
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    long double x87_top;
};

_Static_assert(offsetof(struct Image, general) == 512 && offsetof(struct Image, red_zone) == 600 &&
                   offsetof(struct Image, flags) == 728 && offsetof(struct Image, mxcsr) == 736 &&
                   offsetof(struct Image, x87_control) == 740 && offsetof(struct Image, x87_top) == 752,
               "as steady_spin.S has them");

// Loads `in`, spins, stores to `out` what is left; in steady_spin.S. `avx`: use all of the vector registers.
void steady_spin(const struct Image* in, struct Image* out, uint64_t turns, int avx);

static void fill(struct Image* image, unsigned char seed) {
    unsigned char* const bytes = (unsigned char*)image;
    for (size_t i = 0; i < sizeof *image; ++i) { bytes[i] = (unsigned char)(seed + 31 * i); }
    image->flags = 0x8d5 & ~0x400UL;  // carry, parity, adjust, zero, sign, overflow
    image->mxcsr = 0x7f80;            // rounds towards zero, masks all exceptions
    image->x87_control = 0x0f7f;      // the same
    image->x87_top = 1.0L / 3 + seed;
}

static int spin_once(unsigned char seed, int avx) {
    struct Image in;
    struct Image out;
    fill(&in, seed);
    memset(&out, 0, sizeof out);
    steady_spin(&in, &out, 3000000, avx);
    return memcmp(&in, &out, offsetof(struct Image, unused)) == 0 && in.x87_top == out.x87_top;
}

// Until `fd` is readable. 1 if nothing ever changed: registers, red zone, errno, signal mask.
int steady_until_readable(int fd) {
    sigset_t mask;
    sigset_t seen;
    sigemptyset(&mask);
    for (int number = 1; number < 65; number += 3) { sigaddset(&mask, number); }
    sigdelset(&mask, SIGINT);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    const int avx = __builtin_cpu_supports("avx") != 0;
    struct pollfd readable = {fd, POLLIN, 0};
    int good = 1;
    unsigned char seed = 0;
    do {
        errno = 4242;
        good &= spin_once(++seed, avx) && errno == 4242;
        pthread_sigmask(SIG_SETMASK, NULL, &seen);
        good &= memcmp(&mask, &seen, sizeof(uint64_t)) == 0;
    } while (poll(&readable, 1, 0) == 0);
    return good;
}
