# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Runs one workload and prints its time, peak memory and processor time as JSON. Argument: the workload."""
import importlib
import json
import sys
import time


def peak_rss():
    with open("/proc/self/status", encoding="utf-8") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


start = time.perf_counter()
if len(sys.argv) > 1:
    importlib.import_module(sys.argv[1]).run()
print(json.dumps({"run_seconds": time.perf_counter() - start, "peak_rss": peak_rss(),
                  "processor_seconds": time.process_time()}))
