# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What threads are called: as threading.Thread has it, and where Python has no name for a thread, as the kernel has it."""
import collections

import interpreters
from attached import Attached
from profiled import TARGETS, with_every_interpreter

TARGET = TARGETS / "stacks/thread_names.py"
SINCE_TOLD = (3, 14)  # Python itself tells the kernel, at most 15 bytes
NAMES = {
    "given": "my-worker",
    "latin": "größer",
    "chinese": "工人一号",
    "emoji": "🐍 worker",
    "long": "very long, " * 40,
    "renames_itself": "after",
    "renames_itself_late": "at last",
    "renamed": "renamed before its start",
    "has_dict": "before",
    "has_odd_keys": "before",
    "has_many_attributes": "before",
    "of_subclass": "of a subclass",
    "slotted": "slotted",
    "in_thread_module": "",
}


class Names(Attached):
    def names(self, capture):
        """Function that was run in a thread -> the names of all threads that ran it."""
        found = collections.defaultdict(set)
        for site in capture.sites:
            for frame in site.frames:
                if frame.file == str(TARGET):
                    found[frame.function].add(capture.threads[site.thread]["name"])
        return found

    def told(self, python, name):
        version = interpreters.version_of(python)
        if name == "slotted" and version < SINCE_TOLD and interpreters.is_free_threaded(python):
            return ""  # it is in a dict
        return name if version < SINCE_TOLD else name.encode()[:15].decode(errors="ignore")

    @with_every_interpreter
    def test_threads_are_called_what_the_program_calls_them(self, python):
        capture = self.record(TARGET, python=python)
        self.assert_nothing_lost(capture)
        names = self.names(capture)
        self.assertEqual({function: names[function] for function in NAMES},
                         {function: {self.told(python, name)} for function, name in NAMES.items()})
        by_default = "Thread-1 (by_default)" if interpreters.version_of(python) >= (3, 10) else "Thread-1"
        self.assertEqual(names["by_default"], {self.told(python, by_default)})
        self.assertEqual(names["soon"], {self.told(python, "soon over %d" % i) for i in range(100)})

    @with_every_interpreter
    def test_so_are_those_of_a_program_that_is_attached_to(self, python):
        process = self.launch_command([python, TARGET, "early"])
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        names = self.names(self.capture())
        given = "renamed by another" if interpreters.version_of(python) < SINCE_TOLD else "was there befor"
        self.assertEqual(names["early"], {given})
        self.wake(process, "")
        self.assertEqual(process.wait(), 0)

    @with_every_interpreter
    def test_names_may_change_while_they_are_read(self, python):
        program = self.folder / "renames.py"
        program.write_text("import threading, time\n"
                           "end = time.monotonic() + 0.3\n"
                           "def work():\n"
                           "    while time.monotonic() < end: bytearray(1000)\n"
                           "workers = [threading.Thread(target=work, name='of long') for _ in range(4)]\n"
                           "for worker in workers: worker.start()\n"
                           "number = 0\n"
                           "while time.monotonic() < end:\n"
                           "    number += 1\n"
                           "    for worker in workers: worker.name = 'of %s' % ('long ' * (number % 700))\n"
                           "for worker in workers: worker.join()\n")
        self.assert_nothing_lost(self.record(program, python=python, options=["--aggregate"]))

    @with_every_interpreter
    def test_children_that_a_thread_forks_have_the_names_of_their_own_threads(self, python):
        program = self.folder / "forks.py"
        program.write_text("import os, threading\n"
                           "def in_child(): bytearray(100_000)\n"
                           "def fork():\n"
                           "    if os.fork() == 0:\n"
                           "        thread = threading.Thread(target=in_child, name='of the child')\n"
                           "        thread.start(); thread.join(); os._exit(0)\n"
                           "    os.wait()\n"
                           "thread = threading.Thread(target=fork, name='of the parent')\n"
                           "thread.start(); thread.join()\n")
        self.profile(program, options=["--follow-fork"], python=python)
        [child] = [path for path in self.folder.iterdir() if path.name.startswith("capture.bin.")]
        capture = self.capture(child)
        names = {capture.threads[site.thread]["name"] for site in capture.sites
                 if any(frame.function == "in_child" for frame in site.frames)}
        self.assertEqual(names, {"of the child"})
