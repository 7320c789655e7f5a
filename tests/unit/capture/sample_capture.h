// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A small capture that shows every kind of section and event: the content of the golden files.
#pragma once

#include "injector/capture/profile.h"
#include "injector/capture/writer.h"

memray::capture::Profile sample_profile(bool aggregated);

enum class SampleEnd { kFinished, kKilled };
void write_sample(const memray::capture::WriterOptions& options, SampleEnd end);
