// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Changes memory without end, in a way that shows whether all of what was read of it belongs to one moment.
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

// Writes the same number to all words, from the first to the last, then the next one, until `fd` is readable: at any
// moment the words hold at most two numbers, the greater ones first. Returns the last.
uint64_t count_words_up(volatile uint64_t* words, size_t count, int fd) {
    struct pollfd readable = {fd, POLLIN, 0};
    uint64_t number = 0;
    do {
        ++number;
        for (size_t index = 0; index < count; ++index) { words[index] = number; }
    } while (poll(&readable, 1, 0) == 0);
    return number;
}
