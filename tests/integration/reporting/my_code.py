# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Captures of real programs (pandas, Django, gunicorn, pytest), each with a culprit of known size in it: it is in the first
three rows of every report, and machinery leads none."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess

from profiled import LIBRARIES, MEMRAY, PATIENCE, SOURCE, lines_of
from real_programs import ENVIRONMENT, PYTHON, REAL, takes_real_programs
from reports import Report
from terminal import Terminal

WEB_MODULES = str(LIBRARIES.parent / "cli/web/npm/node_modules")
ROWS = 3
SLACK = 100_000  # bytes that the culprit's lists and the library it calls need besides
MACHINERY = re.compile(r"^(_start|clone3|start_thread|__libc_\w+|Py_\w+|_?Py(Mem|Object|Eval|Run)\w*|pymain_\w+|"
                       r"malloc|calloc|realloc|mmap|_find_and_load\w*|_call_with_frames_removed|_run_code|"
                       r"_bootstrap\w*)$")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


@takes_real_programs
class RealPrograms(Report):
    def output_of(self, *arguments):
        """Standard error may say that libraries have no debug information."""
        done = self.memray(*arguments, self.path)
        self.assertEqual((arguments, done.returncode), (arguments, 0), done.stderr)
        return done.stdout

    def printed(self, *arguments):
        return json.loads(self.output_of(*arguments))

    def table(self, *options):
        path = self.folder / "table.json"
        self.output_of("table", "--json", "-f", "-o", path, *options)
        return json.loads(path.read_text(encoding="utf-8"))["rows"]

    def first_of_summary(self, *options):
        rows = self.printed("summary", "--json", *options)["rows"]
        return [(row["function"], row["own_bytes"]) for row in rows[:ROWS]]

    def first_of_table(self):
        rows = self.table()
        return [(row[4].split(" at ")[0], row[2]) for row in rows[:ROWS]]

    def first_of_tree(self):
        """Below the root, which is the whole: the function that each row is named after, and what it holds as printed."""
        lines = self.output_of("tree").split("<ROOT>\n")[1].splitlines()[:ROWS]
        rows = [re.match(r"[│├└─ ]*([\d.]+)(B|kB|MB) \(\S+%\) (.*)", line).groups() for line in lines]
        return [((re.findall(r"(\S+) at ", text) or [text])[0], float(number) * {"B": 1, "kB": 1e3, "MB": 1e6}[unit])
                for number, unit, text in rows]

    def check(self, culprit, size):
        """In summary, table and tree."""
        for first in (self.first_of_summary(), self.first_of_table()):
            self.assert_holds(culprit, size, first)
            self.assertEqual([function for function, _ in first if MACHINERY.match(function)], [])
        self.assert_holds(culprit, size - 1000, self.first_of_tree())  # it rounds
        self.check_pages(culprit, size)

    def check_pages(self, culprit, size):
        """In a browser: the functions beside the graph, the frames below the root, and the table."""
        pages = [self.folder / name for name in ("flamegraph.html", "table.html")]
        for page in pages:
            self.output_of(page.stem, "-f", "-o", page)
        done = subprocess.run(["node", SOURCE / "tests/web/first_rows.mjs", *pages], stdout=subprocess.PIPE,
                              check=True, timeout=PATIENCE, env={**os.environ, "MEMRAY_WEB_MODULES": WEB_MODULES})
        seen = json.loads(done.stdout)
        text = "%.1f MB" % (size / 1e6)
        for rows in (seen["functions"], seen["table"]):
            self.assertIn([culprit, text], rows)
            self.assertEqual([function for function, _ in rows if MACHINERY.match(function)], [])
        self.assertTrue([label for (label,) in seen["frames"] if label.startswith(culprit + " (") and text in label], seen)

    def assert_holds(self, culprit, size, rows):
        self.assertTrue([held for function, held in rows if function == culprit and size <= held < size + SLACK], rows)

    def check_totals(self):
        """Nothing is left out, whatever is shown."""
        sums = set()
        for options in ([], ["--all-frames"]):
            summary = self.printed("summary", "--json", *options)
            rows = self.table(*options)
            nodes = self.printed("tree", "--json", "-b", "1000000", *options)["nodes"]
            sums |= {sum(row["own_bytes"] for row in summary["rows"]), sum(row[2] for row in rows), nodes[0]["bytes"],
                     summary["bytes"]}
        self.assertEqual(len(sums), 1, sums)

    def test_pandas(self):
        for options in ([], ["--native"]):
            self.profile(REAL / "pandas_report.py", python=PYTHON, options=options)
            self.check("keep_history", 57_600_000)
            first = dict(self.first_of_summary())
            self.assertGreater(first["import pandas"], 20_000_000)
            self.check_totals()

    def test_django(self):
        self.profile(REAL / "django_shop.py", python=PYTHON)
        self.check("export", 10 * 2_000_000 + 10)  # a bytearray ends in a 0
        self.check_totals()

    def test_a_leak_of_what_django_makes(self):
        """What else it makes for the same line is collected in a few large steps, and when the program ends."""
        self.profile(REAL / "django_shop.py", 1000, python=PYTHON, options=["--trace-python-allocators"])
        first = self.printed("leaks", "--json")["suspects"][0]
        self.assertEqual((first["function"], first["line"]), ("main", lines_of("real/django_shop.py")["remember"]))
        self.assertGreater(first["live_bytes"], 1000 * 2_000)
        self.assertGreater(first["grown_bytes"], 0.9 * first["live_bytes"])

    def test_pytest(self):
        self.profile("-m", "pytest", "-q", "-p", "no:cacheprovider", REAL / "test_orders.py", python=PYTHON)
        self.check("load_orders", sum(bytes(10_000 + number).__sizeof__() for number in range(2_000)))
        self.check_totals()

    def test_gunicorn(self):
        address = str(self.folder / "socket")
        server = subprocess.Popen(
            self.command(ENVIRONMENT / "bin/gunicorn", "-w", "1", "--no-control-socket", "-b", "unix:" + address,
                         "--chdir", REAL, "wsgi_app:application", options=["--follow-fork"], python=PYTHON),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, server)
        for line in server.stderr:
            if "Booting worker" in line:
                break
        for number in range(4):
            connection = UnixConnection(address)
            connection.request("GET", "/%d" % number)
            self.assertEqual(json.loads(connection.getresponse().read())["cached"], number + 1)
            connection.close()
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE)
        (self.path,) = self.folder.glob("capture.bin.[0-9]*")
        self.check("remember", 4 * 5_000_001)
        self.check_totals()

    def test_live(self):
        for program, culprit, file, size in (("pandas_report.py", "keep_history", "pandas_report.py", "57.600MB"),
                                             ("django_shop.py", "export", "views.py", "20.000MB")):
            self.use_new_folder()
            ready, go = self.folder / "ready", self.folder / "go"
            for fifo in (ready, go):
                os.mkfifo(fifo)
            descriptors = [os.open(fifo, os.O_RDWR) for fifo in (ready, go)]
            for descriptor in descriptors:
                self.addCleanup(os.close, descriptor)
            terminal = Terminal(self, [MEMRAY, "run", "--live", "--python", PYTHON, REAL / program], width=80,
                                height=24, env={"READY": ready, "GO": go, "TMPDIR": self.folder})
            screen = terminal.wait_for_row(culprit, file, size)
            lines = screen.splitlines()
            heading = next(i for i, line in enumerate(lines) if line.startswith(" Location"))
            self.assertTrue([line for line in lines[heading + 1:heading + 1 + ROWS] if line.startswith(" " + culprit)],
                            screen)
            terminal.keys("f")
            terminal.wait_for("of all frames")
            os.write(descriptors[1], b"\n")


@takes_real_programs
class Pages(Report):
    def test_they_fold_as_the_commands_do(self):
        """cli/web/src/my_code.js is the second writing of cli/report/my_code.cpp: the same functions hold the same."""
        program = SOURCE / "tests/web/my_code_totals.mjs"
        for target in ("pandas_report.py", "django_shop.py"):
            self.profile(REAL / target, python=PYTHON)
            page = self.folder / "page.json"
            page.write_bytes(self.output("flamegraph", "--json", "--full"))
            done = subprocess.run(["node", program, page], stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
            folded = {tuple(row[:-1]): row[-1] for row in json.loads(done.stdout)}
            nodes = self.printed("tree", "--json", "-b", "1000000")["nodes"]
            expected = {}
            for node in nodes[1:]:
                place = (node["function"], node["file"], node["line"])
                expected[place] = expected.get(place, 0) + node["own_bytes"]
            self.assertEqual(folded, {place: own for place, own in expected.items() if own})
