# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""`memray diff` of two runs whose code lies in different places."""
import json
import subprocess
from pathlib import Path

import interpreters
from profiled import PATIENCE
from reports import Report

MB = 1_000_000
PROGRAM = """import json
import mmap
import helper
def load(n):
    return mmap.mmap(-1, n)
kept = [load(8_000_000), helper.keep(5_000_000)]
"""
HELPER = "import mmap\ndef keep(n):\n    return mmap.mmap(-1, n)\n"
PACKAGE = "import mmap\ndef hold(n):\n    return mmap.mmap(-1, n)\n"


class Places(Report):
    """Exact amounts of mappings. What Python needs itself is another in each version, but at most an arena of 1 MiB."""

    def setUp(self):
        super().setUp()
        self.old = self.folder / "old.bin"
        self.new = self.path

    def record_in(self, folder, files, *, into, script="app.py", **keywords):
        """Puts the files there and records the script."""
        place = self.folder / folder
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        self.profile(place / script, **keywords)
        self.path.rename(self.folder / "recorded.bin")
        (self.folder / "recorded.bin").rename(into)
        return place

    def diff(self, *options, status=0):
        done = self.memray("diff", *options, self.old, self.new)
        self.assertEqual((done.returncode, done.stderr), (status, ""))
        return done.stdout

    def large(self, *options):
        """(function, file, line) -> own MB before and after, of lines that changed by 2 MB at least."""
        rows = json.loads(self.diff("--json", *options))["rows"]
        sides = ((row, row["before"]["own_bytes"], row["after"]["own_bytes"]) for row in rows)
        return {(row["function"], row["file"], row["line"]): (before // MB, after // MB)
                for row, before, after in sides if abs(before - after) >= 2 * MB}

    def venv(self, name, python):
        folder = self.folder / name
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, timeout=PATIENCE)
        packages = next(folder.glob("lib/python*/site-packages"))
        (packages / "pkg").mkdir()
        (packages / "pkg" / "__init__.py").write_text(PACKAGE)
        return folder / "bin" / "python", packages

    def test_two_identical_programs_in_two_folders_do_not_differ(self):
        files = {"app.py": PROGRAM, "helper.py": HELPER}
        self.record_in("one", files, into=self.old)
        self.record_in("another/deep/below", files, into=self.new)
        self.assertTrue(self.diff().endswith("No changes to show.\n"), self.diff())
        self.assertEqual(json.loads(self.diff("--json"))["rows"], [])

    def test_what_changed_is_at_its_new_place(self):
        self.record_in("one", {"app.py": PROGRAM, "helper.py": HELPER}, into=self.old)
        place = self.record_in("two", {"app.py": "\n\n" + PROGRAM.replace("8_000", "18_000"), "helper.py": HELPER},
                               into=self.new)
        self.assertEqual(self.large(), {("load", str(place / "app.py"), 7): (8, 18)})

    def test_environments_of_two_versions_of_python_match(self):
        pythons = interpreters.ends_of([python for python in interpreters.pyenv_versions()
                                        if python in interpreters.supported()])
        if len(set(pythons)) < 2:
            self.skipTest("no pyenv here")
        program = ("import json\nimport pkg\nkept = [pkg.hold({0})]\n"
                   "json.JSONEncoder(default=lambda _: kept.append(pkg.hold({1}))).encode(object())\n")
        for python, amounts, into in zip(pythons, ((7_000_000, 3_000_000), (9_000_000, 3_000_000)),
                                         (self.old, self.new)):
            python, packages = self.venv(into.stem, python)
            self.record_in(f"project-{into.stem}", {"app.py": program.format(*amounts)}, into=into, python=python)
        # All of pkg is one line, called by the program and by what the program has the standard library call.
        self.assertEqual(self.large(), {("hold", str(packages / "pkg" / "__init__.py"), 3): (10, 12)})
        totals = {(row["function"], Path(row["file"]).name) for row in json.loads(self.diff("--json"))["rows"]
                  if abs(row["change"]["total_bytes"]) >= 2 * MB}
        # Not what calls it from the standard library, which holds 3 MB in both.
        self.assertEqual(totals, {("hold", "__init__.py"), ("<module>", "app.py")})

    def test_a_map_says_what_cannot_be_known(self):
        self.record_in("one", {"app.py": PROGRAM, "helper.py": HELPER}, into=self.old)
        place = self.record_in("two", {"app.py": PROGRAM.replace("import helper", "import assistant as helper"),
                                       "assistant.py": HELPER.replace("return mmap.mmap(-1, n)",
                                                                      "return mmap.mmap(-1, n + 2_000_000)")},
                               into=self.new)
        old, new = str(self.folder / "one/helper.py"), str(place / "assistant.py")
        self.assertEqual(self.large(f"--path-map={old}={new}"), {("keep", new, 3): (5, 7)})
        for wrong in ("x", "=x", "x="):
            done = self.memray("diff", f"--path-map={wrong}", self.old, self.new)
            self.assertEqual((wrong, done.returncode, done.stdout), (wrong, 2, ""))
            self.assertIn(f"argument --path-map: '{wrong}' is not OLD=NEW", done.stderr)

    def test_a_function_that_moved_to_another_file_is_found_by_its_text(self):
        self.record_in("one", {"app.py": PROGRAM, "helper.py": HELPER}, into=self.old)
        moved = PROGRAM.replace("import helper", "import helper, loading").replace("load(8", "loading.load(8").replace(
            "def load(n):\n    return mmap.mmap(-1, n)\n", "")
        place = self.record_in("two", {"app.py": moved, "helper.py": HELPER, "loading.py":
                                       "import mmap\n\n\ndef load(n):\n    n += 2_000_000\n    return mmap.mmap(-1, n)\n"},
                               into=self.new)
        self.assertEqual(self.large(), {("load", str(place / "loading.py"), 6): (8, 10)})

    def test_a_function_that_moved_within_one_tree_is_found_by_its_shape(self):
        """The old source is gone, as it is where a checkout was worked on."""
        self.record_in("one", {"app.py": PROGRAM, "helper.py": HELPER}, into=self.old)
        (self.folder / "one/helper.py").unlink()
        place = self.record_in("one", {"app.py": PROGRAM.replace("helper", "other").replace("5_000", "7_000"),
                                       "other.py": "\n" + HELPER}, into=self.new)
        self.assertEqual(self.large(), {("keep", str(place / "other.py"), 4): (5, 7)})

    def test_a_function_of_the_same_name_is_not_taken_for_it(self):
        self.record_in("one", {"app.py": PROGRAM, "helper.py": HELPER}, into=self.old)
        place = self.record_in("two", {"app.py": PROGRAM.replace("helper", "other"),
                                       "other.py": "import mmap\ndef keep(n):\n    return mmap.mmap(-1, length=n)\n"},
                               into=self.new)
        self.assertEqual(self.large(), {("keep", str(self.folder / "one/helper.py"), 3): (5, 0),
                                        ("keep", str(place / "other.py"), 3): (0, 5)})

    def test_a_line_between_two_others_is_told_from_them(self):
        start = "import mmap\nkept = []\ndef f():\n    kept.append(mmap.mmap(-1, 4_000_000))\n"
        end = "    kept.append(mmap.mmap(-1, 6_000_000))\nf()\n"
        self.record_in("one", {"app.py": start + end}, into=self.old)
        place = self.record_in("two", {"app.py": start + "    kept.append(mmap.mmap(-1, 2_000_000))\n" + end},
                               into=self.new)
        self.assertEqual(self.large(), {("f", str(place / "app.py"), 5): (0, 2)})
