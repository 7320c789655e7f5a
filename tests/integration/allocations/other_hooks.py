# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs in which somebody else hooks allocators, too, before or after memray, and unhooks them in either order: both
see every call, and the program goes on whoever leaves first."""
import json

from attached import CALLS, Attached
from capture import NOTHING, Amount
from profiled import LIBRARIES, PATIENCE, TARGETS, lines_of, with_two_interpreters

TARGET = TARGETS / "allocations/foreign_hooks.py"
COUNT = 2000
SEEN = Amount(COUNT, COUNT * 1234)


WAYS = 0, 1  # to find out what to go on to: what was there, what dlsym finds


class OtherHooks(Attached):
    def setUp(self):
        super().setUp()
        self.process = None

    def launch_target(self, **keywords):
        self.process = self.launch_command([keywords.pop("python", "/usr/bin/python3"), TARGET, CALLS,
                                            LIBRARIES / "foreign_hooks.so"], **keywords)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def attach(self, *options, **keywords):
        return super().attach(self.process, *options, **keywords)

    def recorded(self, marker="allocate", allocator="malloc"):
        """(leaked, total) at that line of what was recorded until now."""
        self.detach(self.process)
        capture = self.capture()
        self.assert_nothing_lost(capture)
        return capture.at(TARGET, lines_of(TARGET)[marker], allocator)[1:]

    def assert_alive(self):
        self.assertEqual(self.tell("allocate"), "None")
        self.assertEqual(self.tell("end"), "")
        self.assertEqual(self.process.wait(PATIENCE), 0)


class Slots(OtherHooks):
    def test_hooks_that_were_there_before_see_what_memray_sees(self):
        for way in WAYS:
            self.use_new_folder()
            self.launch_target()
            slots = int(self.tell("install %d" % way))
            self.assertGreater(slots, 8)
            done = self.attach("--verbose")
            self.assertRegex(done.stderr, r"found functions of another library at [1-9]\d* call sites")
            self.assertEqual(self.tell("allocate_counted"), str(COUNT))
            self.assertEqual(self.recorded("counted"), (NOTHING, SEEN))
            self.assertIn("led to another library's functions", self.memray("summary", self.path).stdout)
            # They are where they were.
            self.assertEqual(self.tell("remove 1"), str(slots))
            self.assertEqual(self.tell("allocate_counted"), "0")
            self.assert_alive()

    def test_hooks_that_come_later_see_what_memray_sees(self):
        for way in WAYS:
            self.use_new_folder()
            self.launch_target()
            self.attach()
            self.assertGreater(int(self.tell("install %d" % way)), 8)
            self.assertEqual(self.tell("allocate_counted"), str(COUNT))
            self.assertEqual(self.recorded("counted"), (NOTHING, SEEN))
            self.assertEqual(self.tell("allocate_counted"), str(COUNT))
            # They lead through hooks of memray's that the first recording has left.
            self.attach()
            self.assertEqual(self.tell("allocate_counted"), str(COUNT))
            self.assertEqual(self.recorded("counted"), (NOTHING, SEEN))
            self.assertGreater(int(self.tell("remove 0")), 8)
            self.assertEqual(self.tell("allocate_counted"), "0")
            self.assert_alive()

    def test_hooks_that_come_later_and_go_past_memray(self):
        """To what they found when they were loaded. memray looks at everything again once a second has gone."""
        self.launch_target()
        self.attach()
        self.tell("install 2")
        self.assertEqual(self.tell("load 2"), "1")
        self.assertEqual(self.tell("allocate_counted"), str(COUNT))
        self.assertEqual(self.recorded("counted"), (NOTHING, SEEN))
        self.assert_alive()

    def test_those_before_memray_leave_first(self):
        self.launch_target()
        self.tell("install")
        self.attach()
        # All slots have the hooks of memray, so these leave none; and they are kept when their library goes.
        self.assertEqual(self.tell("remove 1"), "0")
        self.assertEqual(self.tell("unload"), "0")
        self.tell("allocate")
        self.assertEqual(self.recorded(), (NOTHING, SEEN))
        self.tell("allocate")
        self.attach()
        self.tell("allocate")
        self.assertEqual(self.recorded(), (NOTHING, SEEN))
        self.assert_alive()

    def test_those_before_memray_leave_first_and_take_its_hooks_out(self):
        self.launch_target()
        slots = self.tell("install")
        self.attach()
        self.assertEqual(self.tell("remove 0"), slots)
        self.assertEqual(self.tell("load"), "1")
        self.tell("allocate")
        self.assertEqual(self.recorded(), (NOTHING, SEEN))
        self.assert_alive()

    def test_those_after_memray_leave_first(self):
        self.launch_target()
        self.attach()
        slots = self.tell("install")
        self.assertEqual(self.tell("remove 1"), slots)
        self.tell("allocate")
        self.assertEqual(self.recorded(), (NOTHING, SEEN))
        self.assert_alive()

    def test_a_library_that_puts_its_hooks_before_those_that_lead_to_them(self):
        """What makes a ring."""
        self.launch_target()
        self.tell("install")
        self.attach()
        self.assertGreater(int(self.tell("install")), 8)
        self.tell("allocate")
        self.assertEqual(self.recorded(), (NOTHING, SEEN))
        self.tell("allocate")
        self.assert_alive()

    def test_a_program_that_was_started_under_memray(self):
        self.profile(TARGET, CALLS, LIBRARIES / "foreign_hooks.so", input="install\nallocate\nload\n", stdin=None)
        capture = self.capture()
        self.assertEqual(capture.at(TARGET, lines_of(TARGET)["allocate"], "malloc")[1:], (NOTHING, SEEN))
        self.assertEqual(capture.header["chained"], "0")
        self.memray("stats", self.path, "--json", "-o", self.folder / "stats.json")
        self.assertEqual(json.loads((self.folder / "stats.json").read_text())["metadata"]["losses"], [])


class PythonDomains(OtherHooks):
    """tracemalloc wraps all three."""
    OPTIONS = ("--trace-python-allocators",)

    def objects(self):
        """What was recorded until now of that size."""
        self.detach(self.process)
        capture = self.capture()
        # What tracemalloc does itself in a call that is recorded is its own affair, also that it frees what it allocated
        # when none was.
        capture.losses.pop("reused_addresses")
        self.assert_nothing_lost(capture)
        sizes = [event["size"] for kind, event in capture.events if kind == "ALLOCATION"]
        return sizes.count(99)

    @with_two_interpreters()
    def test_a_wrapper_from_before(self, python):
        self.launch_target(python=python)
        self.tell("trace")
        self.attach(*self.OPTIONS)
        self.tell("allocate_objects")
        self.assertEqual(self.objects(), COUNT)
        self.tell("untrace")
        self.tell("allocate_objects")
        self.assert_alive()

    @with_two_interpreters()
    def test_a_wrapper_from_before_that_leaves_first(self, python):
        self.launch_target(python=python)
        self.tell("trace")
        self.attach(*self.OPTIONS)
        self.tell("allocate_objects")
        self.tell("untrace")
        self.tell("allocate_objects")
        # tracemalloc puts back what it found, memray's hooks or not: from then on there are none.
        self.assertEqual(self.objects(), COUNT)
        self.assert_alive()

    @with_two_interpreters()
    def test_a_wrapper_that_stays_from_one_recording_to_the_next(self, python):
        self.launch_target(python=python)
        self.attach(*self.OPTIONS)
        self.tell("trace")
        self.tell("allocate_objects")
        self.assertEqual(self.objects(), COUNT)
        for _ in range(3):
            self.attach(*self.OPTIONS)
            self.tell("allocate_objects")
            self.assertEqual(self.objects(), COUNT)
        # A recording that does not ask for them gets none from the hooks that were left.
        self.attach()
        self.tell("allocate_objects")
        self.assertEqual(self.objects(), 0)
        self.attach(*self.OPTIONS)
        self.tell("untrace")
        self.tell("allocate_objects")
        self.assertEqual(self.objects(), COUNT)
        self.tell("allocate_objects")
        self.assert_alive()
