# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What each report says functions and their callees hold, read in the report's own format."""
import collections
import csv
import json
import re
import subprocess

from profiled import PATIENCE, Profiled

Holding = collections.namedtuple("Holding", "count bytes")


def by_function(stacks):
    """Function -> Holding, from (functions, allocations, bytes) of each stack. Recursion counts once."""
    sums = collections.defaultdict(lambda: Holding(0, 0))
    for functions, count, size in stacks:
        for name in set(functions):
            sums[name] = Holding(sums[name].count + count, sums[name].bytes + size)
    return sums


def functions_of(row):
    """Of a row of CSV, the allocating one first."""
    return [frame.split(";")[0] for frame in row["stack_trace"].split("|")]


def amounts_of(page, metric):
    """(node, allocations, bytes) of what nodes hold themselves."""
    flat = page["metrics"][metric]
    return list(zip(flat[::4], flat[3::4], flat[2::4]))


class Report(Profiled):
    """Readers of reports on self.path. `options` are those of the command line."""

    def output(self, *arguments):
        path = self.folder / "report"
        done = self.memray(*arguments, "-f", "-o", path, self.path)
        self.assertEqual((arguments, done.returncode, done.stderr), (arguments, 0, ""))
        return path.read_bytes()

    def printed(self, *arguments):
        done = self.memray(*arguments, self.path)
        self.assertEqual((arguments, done.returncode, done.stderr), (arguments, 0, ""))
        return json.loads(done.stdout)

    def of_summary(self, *options):
        rows = self.printed("summary", "--json", *options)["rows"]
        return by_function(([row["function"]], row["num_allocations"], row["total_bytes"]) for row in rows)

    def of_tree(self, *options):
        nodes = self.printed("tree", "--json", "-b", "1000000", *options)["nodes"]

        def functions(node):
            while node["parent"] is not None:
                yield node["function"]
                node = nodes[node["parent"]]

        return by_function((functions(node), node["own_num_allocations"], node["own_bytes"]) for node in nodes)

    def csv_rows(self, *options):
        return list(csv.DictReader(self.output("transform", "csv", *options).decode().splitlines()))

    def of_csv(self, *options):
        return by_function((functions_of(row), int(row["num_allocations"]), int(row["size"]))
                           for row in self.csv_rows(*options))

    def of_speedscope(self, *options):
        document = json.loads(self.output("transform", "speedscope", *options))
        frames = [frame["name"] for frame in document["shared"]["frames"]]
        memory, allocations = document["profiles"]
        self.assertEqual(memory["samples"], allocations["samples"])
        return by_function(([frames[i] for i in sample], count, size) for sample, count, size
                           in zip(memory["samples"], allocations["weights"], memory["weights"]))

    def of_gprof2dot(self, *options):
        """This format has bytes only."""
        document = json.loads(self.output("transform", "gprof2dot", *options))
        names = [function["name"] for function in document["functions"]]
        return by_function(([names[number] for number in event["callchain"]], 0, event["cost"][0])
                           for event in document["events"])

    def pprof_samples(self, *options):
        """(functions, {sample type: value}, labels) of each sample, as `go tool pprof` reads them."""
        self.output("transform", "pprof", *options)
        text = self.pprof("-raw")
        types = [kind.split("/")[0] for kind in re.search(r"^Samples:\n(.*)", text, re.M)[1].split()]
        locations = text.split("\nLocations\n")[1].split("\nMappings")[0]
        names = dict(re.findall(r"^ *(\d+): 0x0 M=\d+ (\S+) .*:\d+ s=0", locations, re.M))
        samples = re.findall(r"^ +([\d ]+): ([\d ]+)\n +(.*)$", text.split("\nLocations\n")[0], re.M)
        for values, stack, labels in samples:
            yield ([names[number] for number in stack.split()], dict(zip(types, map(int, values.split()))),
                   dict(re.findall(r"(\w+):\[(.*?)\]", labels)))

    def pprof(self, *options):
        done = subprocess.run(["go", "tool", "pprof", *options, self.folder / "report"], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        return done.stdout

    def of_pprof(self, *options):
        return by_function((functions, values["inuse_objects"], values["inuse_space"])
                           for functions, values, _ in self.pprof_samples(*options) if values["inuse_objects"])

    def of_collapsed(self, *options):
        """This format has bytes only."""
        lines = self.output("transform", "collapsed", *options).decode().splitlines()
        return by_function(([frame.split(" (")[0] for frame in stack.split(";")], 0, int(size))
                           for stack, size in (line.rsplit(" ", 1) for line in lines))

    def page(self, *options):
        return json.loads(self.output("flamegraph", "--json", *options))

    def of_page(self, page, amounts):
        """amounts: (node, allocations, bytes) of nodes themselves."""
        parents, frames = page["nodes"]["parent"], page["nodes"]["frame"]
        names = [page["strings"][number] for number in page["frames"]["function"]]

        def functions(node):
            while node:
                yield names[frames[node]]
                node = parents[node]

        return by_function((functions(node), count, size) for node, count, size in amounts)

    def of_flamegraph(self, metric, *options):
        page = self.page(*options)
        return self.of_page(page, amounts_of(page, metric))
