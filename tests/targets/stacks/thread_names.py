# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Threads with names of all kinds; each allocates in a function of its own. With an argument, one that runs already
when "waiting" is said is called differently once a byte has come in, and allocates then."""
import _thread
import os
import sys
import threading

LONG = "very long, " * 40


def given(): bytearray(100_000)
def by_default(): bytearray(100_000)
def latin(): bytearray(100_000)
def chinese(): bytearray(100_000)
def emoji(): bytearray(100_000)
def long(): bytearray(100_000)
def in_thread_module(): bytearray(100_000)


def renames_itself():
    threading.current_thread().name = "after"
    bytearray(100_000)


def renames_itself_late():
    for i in range(1000):
        if i == 500:
            threading.current_thread().name = "at last"
        bytearray(100_000)


def renamed(): bytearray(100_000)


def has_dict():
    threading.current_thread().__dict__["another"] = 1
    bytearray(100_000)


def has_odd_keys():
    threading.current_thread().__dict__[1] = 1
    bytearray(100_000)


def has_many_attributes():
    for i in range(100):
        setattr(threading.current_thread(), "attribute_%d" % i, i)
    bytearray(100_000)


class Worker(threading.Thread):
    def __init__(self):
        self.first = 1
        super().__init__(name="of a subclass")

    def run(self):
        of_subclass()


def of_subclass(): bytearray(100_000)


class Slotted(threading.Thread):
    __slots__ = ("extra",)


def slotted(): bytearray(100_000)
def soon(): bytearray(100_000)
def early(): bytearray(100_000)


def run(thread):
    thread.start()
    thread.join()


def run_all():
    run(threading.Thread(target=given, name="my-worker"))
    run(threading.Thread(target=by_default))
    for function, name in ((latin, "größer"), (chinese, "工人一号"), (emoji, "🐍 worker"), (long, LONG)):
        run(threading.Thread(target=function, name=name))
    for function in (renames_itself, renames_itself_late, has_dict, has_odd_keys, has_many_attributes):
        run(threading.Thread(target=function, name="before"))
    thread = threading.Thread(target=renamed, name="before")
    thread.name = "renamed before its start"
    run(thread)
    run(Worker())
    run(Slotted(target=slotted, name="slotted"))
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(lambda: (in_thread_module(), done.release()), ())
    done.acquire()
    for i in range(100):
        run(threading.Thread(target=soon, name="soon over %d" % i))


def run_early():
    go, done, end = threading.Event(), threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: (go.wait(), early(), done.set(), end.wait()), name="was there before")
    thread.start()
    print("waiting", flush=True)
    os.read(0, 1)
    thread.name = "renamed by another"
    go.set()
    done.wait()
    print("woke 1", flush=True)
    os.read(0, 1)
    end.set()
    thread.join()


run_early() if sys.argv[1:] else run_all()
