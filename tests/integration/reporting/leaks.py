# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""memray leaks: the one leak among caches comes first, with exact numbers, whatever kind of capture it is."""
import json
import os
import subprocess

import interpreters
from profiled import PATIENCE, TARGETS, Profiled

TARGET = TARGETS / "reports/leak_among_caches.py"
ROUNDS, LEAKED = 120, 10_000


class Leaks(Profiled):
    def leaks(self, *options, path=None):
        done = self.memray("leaks", "--json", *options, path or self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def assert_leak_first(self, report, processes=1):
        """And nothing else but the list that holds what is leaked."""
        first, *others = report["suspects"]
        self.assertEqual((first["function"], [caller["function"] for caller in first["callers"]]), ("block", ["leak"]))
        self.assertEqual((first["live_bytes"], first["live_num_allocations"]),
                         (processes * ROUNDS * LEAKED, processes * ROUNDS))
        self.assertEqual(first["curve"][-1], processes * ROUNDS * LEAKED)
        self.assertEqual(first["curve"], sorted(first["curve"]))
        self.assertGreater(first["rose"], ROUNDS // 4)
        self.assertGreaterEqual(first["live_bytes"] - first["grown_bytes"], LEAKED)
        self.assertGreater(first["grown_bytes"], 0.9 * first["live_bytes"])
        self.assertEqual([suspect["function"] for suspect in others if suspect["function"] != "leak"], [])

    def test_it_is_found_with_and_without_a_log_of_events_in_my_code_and_in_all_frames(self):
        for options in ((), ("--aggregate",)):
            self.profile(TARGET, options=options)
            own, every = self.leaks(), self.leaks("--all-frames")
            self.assertEqual((own["frames"], every["frames"]), ("own", "all"))
            self.assert_leak_first(own)
            self.assert_leak_first(every)

    def test_text_names_it_with_its_curve(self):
        self.profile(TARGET)
        done = self.memray("leaks", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"  1\. block at .*leak_among_caches\.py:\d+\n     called by leak at .*\n     ▁.*█\n"
                                      r"     grew by 1\.1\d+MB, \d.* a second; rose in \d+ of \d+ time buckets; holds "
                                      r"1\.200MB in 120 allocations\n")

    def test_time_before_a_cache_is_full_can_be_left_out_or_looked_at(self):
        self.profile(TARGET)
        filling = {caller["function"] for suspect in self.leaks("--to", "20%")["suspects"]
                   for caller in suspect["callers"]}
        self.assertIn("memoized", filling)
        report = self.leaks("--from", "50%")
        self.assertEqual((report["suspects"][0]["live_bytes"], len(report["suspects"][0]["curve"])),
                         (ROUNDS * LEAKED, round((report["to_seconds"] - report["from_seconds"]) / report["bucket_seconds"] + 0.5)))
        self.assertEqual(report["suspects"][0]["callers"][0]["function"], "leak")

    def test_children_of_a_merged_capture_are_one_place(self):
        self.profile(TARGET, "fork", options=["--follow-fork"])
        merged = self.folder / "all.bin"
        self.assertEqual(self.memray("merge", self.path, "-o", merged).returncode, 0)
        self.assert_leak_first(self.leaks(path=merged), processes=2)

    def test_runs_after_each_other_are_told_by_their_own_time(self):
        captures = []
        for name in ("first.bin", "second.bin"):
            self.profile(TARGET)
            captures.append(self.path.rename(self.folder / name))
        merged = self.folder / "all.bin"
        self.assertEqual(self.memray("merge", *captures, "-o", merged).returncode, 0)
        found = [([suspect["function"], *(caller["function"] for caller in suspect["callers"])], suspect["live_bytes"])
                 for suspect in self.leaks(path=merged)["suspects"] if suspect["function"] == "block"]
        self.assertEqual({tuple(chain[:2]) for chain, _ in found}, {("block", "leak")})
        self.assertEqual(sum(size for _, size in found), 2 * ROUNDS * LEAKED)

    def test_an_attached_program(self):
        for name in ("ready", "go"):
            os.mkfifo(self.folder / name)
        news = os.open(self.folder / "ready", os.O_RDWR)
        self.addCleanup(os.close, news)
        target = subprocess.Popen([interpreters.DEBIAN, str(TARGET), "ready"], stdin=subprocess.DEVNULL,
                                  env={**os.environ, "READY": str(self.folder / "ready"),
                                       "GO": str(self.folder / "go")})
        self.addCleanup(self.end, target)
        pid = int(os.read(news, 100))
        self.assertEqual(self.memray("attach", pid, "-o", self.path).returncode, 0)
        self.go_on()
        self.assertTrue(os.read(news, 100))
        self.assertEqual(self.memray("detach", pid).returncode, 0)
        self.go_on()
        self.assertEqual(target.wait(PATIENCE), 0)
        report = self.leaks()
        self.assert_leak_first(report)
        self.assertRegex(self.memray("leaks", self.path).stdout, r"\A.* was resident when recording began")

    def test_a_program_that_does_nothing_has_none(self):
        self.profile("-c", "pass")
        self.assertEqual(self.leaks()["suspects"], [])
        self.assertIn("Nothing grew steadily from 0 s to ", self.memray("leaks", self.path).stdout)
