// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
