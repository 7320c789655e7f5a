# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Executes Pythons in a way. Child number i makes i allocations of 777 bytes and exits with i % 100.

Arguments: calls.so, way, number of children, Python of the children.
"""
import concurrent.futures
import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading

from ready import ready

calls = ctypes.CDLL(sys.argv[1])
CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "executed.py")
COUNT = int(sys.argv[3])
PYTHON = sys.argv[4]


def command(number, *more):
    return [PYTHON, CHILD, sys.argv[1], str(number), *more]


def run(number, *more):
    assert subprocess.run(command(number, *more)).returncode == number % 100


def each(body):
    for number in range(1, COUNT + 1):
        body(number)


def at_once():
    children = [subprocess.Popen(command(number)) for number in range(1, COUNT + 1)]
    for number, child in enumerate(children, 1):
        assert child.wait() == number % 100


def in_threads():
    threads = [threading.Thread(target=run, args=(number,)) for number in range(1, COUNT + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def forked(number):
    pid = os.fork()
    if pid == 0:
        os.execv(PYTHON, command(number))
    assert os.waitpid(pid, 0)[1] == number % 100 << 8


def spawned(number):
    pid = os.posix_spawn(PYTHON, command(number), os.environ)
    assert os.waitpid(pid, 0)[1] == number % 100 << 8


def through_shell(number):
    text = "true; %s; status=$?; /bin/true; exit $status" % " ".join(command(number))
    assert os.waitstatus_to_exitcode(os.system(text)) == number % 100 if sys.version_info >= (3, 9) \
        else os.system(text) >> 8 == number % 100


def through_shell_and_env(number):
    inner = " ".join(command(number))
    outer = ["/bin/sh", "-c", "(/usr/bin/env X=1 sh -c '%s; exit $?') & wait $!" % inner]
    assert subprocess.run(outer).returncode == number % 100


def search_path(number):
    """The first folders of PATH do not have it."""
    env = {**os.environ, "PATH": "/nowhere:/:" + os.path.dirname(PYTHON)}
    pid = os.fork()
    if pid == 0:
        os.execvpe(os.path.basename(PYTHON), command(number), env)
    assert os.waitpid(pid, 0)[1] == number % 100 << 8


def failing(number):
    """What cannot be executed."""
    for bad in ("/nowhere/at/all", CHILD, "/etc"):
        try:
            subprocess.run([bad])
        except OSError:
            pass
        else:
            raise AssertionError
        try:
            os.posix_spawn(bad, [bad], {})
        except OSError:
            pass
    run(number)


def multiprocess(method):
    context = multiprocessing.get_context(method)
    for number in range(1, COUNT + 1):
        with concurrent.futures.ProcessPoolExecutor(1, context) as executor:
            assert executor.submit(work, number).result() == number


def work(number):
    calls.call_malloc(1000, number, 777)  # @worker
    return number


if __name__ == "__main__":
    calls.call_malloc(0, 100, 5001)  # @before
    way = sys.argv[2]
    if way == "attached":
        ready()
        each(run)
    elif way == "replace":
        sys.stdout.flush()
        os.execv(PYTHON, command(COUNT))
    elif way in ("spawn", "forkserver"):
        multiprocess(way)
    elif way in ("at_once", "in_threads"):
        {"at_once": at_once, "in_threads": in_threads}[way]()
    elif way == "chain":
        run(1, *map(str, range(2, COUNT + 1)))
    else:
        each({"run": run, "forked": forked, "spawned": spawned, "shell": through_shell, "path": search_path,
              "env": through_shell_and_env, "failing": failing}[way])
    calls.call_malloc(200, 100, 5003)  # @after
