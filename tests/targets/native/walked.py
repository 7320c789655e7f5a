# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Makes native stacks of many kinds until so many more were compared (tests/equivalence), and prints of which. Modules that
are not there are left out: walked.py LIBRARY STACKS MODULE..."""
import contextlib
import ctypes
import json
import re
import sqlite3
import sys
import threading

CHAINS = ["plain", "busy", "alloca", "aligned", "signal", "signal_stack", "template", "inlined", "unwinding", "caught",
          "assembly"]


def use_json(number):
    text = json.dumps([{"number": number, "name": str(number)} for _ in range(20)], indent=number % 2 or None)
    return json.loads(text, object_pairs_hook=dict) and re.findall(r"(\d+)(?=,)", text)


def use_sqlite(number):
    base = sqlite3.connect(":memory:")
    base.create_function("f", 1, lambda value: sorted([str(value) * 20, "b"], key=lambda text: text + "y")[0])
    base.execute("create table t (a, b)")
    base.executemany("insert into t values (?, ?)", ((i, "x" * i) for i in range(number % 50)))
    base.execute("select f(a), group_concat(b) from t group by a % 3 order by 1").fetchall()
    base.close()


def use_chains(library):
    for name in CHAINS:  # signals, and C++ exceptions
        getattr(library, "chain_" + name)(ctypes.c_size_t(100))


def use_numpy(numpy, number):
    matrix = numpy.random.rand(20 + number % 20, 20)
    numpy.linalg.inv(matrix.T @ matrix + numpy.eye(20)).sum(axis=0).argsort().tolist()
    numpy.array([str(value) for value in range(30)]).astype(float)


def use_pandas(pandas, number):
    frame = pandas.DataFrame({"a": range(50), "b": [str(value % 7) for value in range(50)]})
    frame.groupby("b").a.sum().sort_index(ascending=bool(number % 2)).to_csv()
    frame.merge(frame, on="b").describe()


def imported(names):
    modules = {}
    for name in names:
        with contextlib.suppress(ImportError):
            modules[name] = __import__(name)
    return modules


def work(library, modules, goal, compared):
    number = 0
    while compared() < goal:
        number += 1
        use_json(number)
        use_sqlite(number)
        use_chains(library)
        if "numpy" in modules:
            use_numpy(modules["numpy"], number)
        if "pandas" in modules:
            use_pandas(modules["pandas"], number)


def main():
    library = ctypes.PyDLL(sys.argv[1])  # with the GIL: its signal handler has one stack for all threads
    modules = imported(sys.argv[3:])
    compared = ctypes.CDLL(None).compared_stacks
    compared.restype = ctypes.c_uint64
    goal = compared() + int(sys.argv[2])
    threads = [threading.Thread(target=work, args=(library, modules, goal, compared)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("json, sqlite3, threads, signals, C++ exceptions", *modules, sep=", ")


main()
