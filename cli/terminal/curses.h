// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The terminal library, for the files of this folder.
#pragma once

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1  // its macros have the names of functions of the standard library
#include <curses.h>
