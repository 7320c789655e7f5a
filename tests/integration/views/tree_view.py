# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""`memray tree` in a terminal (tmux), and what it prints where there is none."""
import json

from profiled import MEMRAY, TARGETS, Profiled
from terminal import Terminal

SHAPES = TARGETS / "reports/report_shapes.py"
WIDE = """
import mmap
def 読み込む(): return mmap.mmap(-1, 8_000_000)
kept = 読み込む()
"""


class Screen(Profiled):
    def open(self, *options, **keywords):
        return Terminal(self, [MEMRAY, "tree", *options, self.path], **keywords)

    def test_keys_walk_through_the_tree(self):
        self.profile(SHAPES)
        terminal = self.open("--all-frames")
        screen = terminal.wait_for("<ROOT>", "30.000MB", "reach_the_peak", "q quit", "Function     <ROOT>")
        self.assertIn("main", screen)
        self.assertNotIn("keep", screen)
        terminal.keys("Down", "Down", "Down")
        terminal.wait_for("Function     reach_the_peak", "Size         30.000MB", "Allocations  1", "Thread       1",
                          "held = mmap.mmap(-1, 30 * MB)")
        terminal.keys("Down")
        terminal.wait_for("Function     main", "Size         12.000MB", without=["keep"])
        terminal.keys("e", "Down")
        terminal.wait_for("Function     leak", "Size         10.000MB")
        terminal.keys("Enter", "Down")
        terminal.wait_for("Function     keep", "Own size     10.000MB")
        terminal.keys("Left", "Left", "Left", "Left")
        terminal.wait_for("Function     main", "▸ 12.000MB")
        terminal.keys("i")
        terminal.wait_for("i show imports", without=["_find_and_load"])
        terminal.keys("i")
        terminal.wait_for("i hide imports")
        terminal.keys("u")
        terminal.wait_for("u show uninteresting")
        terminal.keys("a")
        terminal.wait_for("a all frames", without=["uninteresting"])
        terminal.keys("q")
        terminal.wait_for("[status 0]", without=["<ROOT>"])

    def test_it_fits_every_size_and_follows_resizing(self):
        self.profile(SHAPES)
        terminal = self.open(width=40, height=12)
        terminal.wait_for("<ROOT>", without=["Function"])
        terminal.resize(130, 30)
        terminal.wait_for("Function     <ROOT>")
        terminal.resize(9, 4)
        terminal.wait_for("▾", without=["Function"])
        terminal.resize(60, 30)
        terminal.wait_for("Function     <ROOT>", "─" * 60)
        terminal.keys("q")
        terminal.wait_for("[status 0]")

    def test_wide_characters_and_locales_without_them(self):
        program = self.folder / "資料.py"
        program.write_text(WIDE, encoding="utf-8")
        self.profile(program)
        terminal = self.open(env={"LC_ALL": "POSIX"})
        screen = terminal.wait_for("8.000MB", "読み込む", "資料.py:3")
        row = next(line for line in screen.splitlines() if "読み込む" in line)
        # Four wide characters in the function and two in the file: the bar keeps its column.
        bar = next(line for line in screen.splitlines() if "<ROOT>" in line).index("│")
        self.assertEqual(row.index("│") + 6, bar)
        terminal.keys("q")
        terminal.wait_for("[status 0]")

    def test_a_capture_without_allocations_to_show(self):
        self.profile(SHAPES)
        terminal = self.open("--include", "no such function")
        terminal.wait_for("<No allocations>", "0.000B in 0 allocations")
        terminal.keys("Down", "Enter", "e", "u", "i", "q")
        terminal.wait_for("[status 0]")

    def test_a_terminal_that_is_not_known_is_an_error_and_a_dumb_one_gets_text(self):
        self.profile(SHAPES)
        terminal = self.open(env={"TERM": "no-such-terminal"})
        terminal.wait_for("TERM=no-such-terminal", "[status 1]")
        self.use_new_folder()
        self.profile(SHAPES)
        self.open(env={"TERM": "dumb"}, width=200).wait_for("└─", "[status 0]")


class Text(Profiled):
    def test_text_and_json_have_the_same_numbers(self):
        self.profile(SHAPES)
        done = self.memray("tree", "--all-frames", "--leaks", "-b", 3, self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"10\.000MB \(\d+\.\d+%\) leak at \S*report_shapes\.py:\d+\n")
        self.assertIn("are not shown (see --biggest-allocs)", done.stdout)
        tree = json.loads(self.memray("tree", "--all-frames", "--leaks", "--json", "-b", 3, self.path).stdout)
        self.assertEqual(tree["selection"], "leaked")
        leaks = {node["function"]: node["bytes"] for node in tree["nodes"] if node["function"] in ("leak", "<ROOT>")}
        self.assertEqual(leaks["leak"], 10_000_000)
        whole = json.loads(self.memray("summary", "--leaks", "--json", self.path).stdout)
        self.assertEqual(leaks["<ROOT>"] + tree["not_shown"]["bytes"], whole["bytes"])

    def test_wrong_options(self):
        self.profile(SHAPES)
        for options in (["-b", "0"], ["-b", "x"], ["--leaks", "--temporary-allocations"], ["--include", "("]):
            done = self.memray("tree", *options, self.path)
            self.assertEqual((options, done.returncode, done.stdout), (options, 2, ""))
