// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Small captures that show every kind of section and event: the content of the golden files.
#pragma once

#include "injector/capture/profile.h"
#include "injector/capture/writer.h"

memray::capture::Profile sample_profile(bool aggregated);
// The same with native stacks, of a module that was gone at the end and of one that was not.
memray::capture::Profile native_sample_profile();

enum class SampleEnd { kFinished, kKilled };
void write_sample(const memray::capture::WriterOptions& options, SampleEnd end);
