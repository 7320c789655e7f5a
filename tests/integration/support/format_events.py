# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Reads the event log of captures: written from cli/doc/capture-format.md alone, as format_reader is."""
from format_reader import EVENTS, File, check, tables

ALLOCATION, DEALLOCATION, RESTORE, TIME = range(4)


def events_of(payload, state, sites):
    """(kind, slot, site, size, other thread, time) of one section."""
    for _ in range(payload.number()):
        tag = payload.number()
        operation = tag >> 3 & 3
        if tag & 1 or operation == 3:
            step = tag >> 1 if tag & 1 else payload.number()
            slot = state["slot"] + (step >> 1 ^ -(step & 1))
            check(slot in state["live"], "a free of nothing")
            state["slot"] = slot
            state["free"].append(slot)
            yield (DEALLOCATION, slot, *state["live"].pop(slot), not tag & 1, 0)
        elif operation == 2:
            state["time"] += payload.step()
            yield TIME, 0, 0, 0, False, state["time"]
        else:
            site = state["site"] = state["site"] if tag & 2 else state["site"] + payload.step()
            check(0 <= site < sites, "an event of an unknown site")
            size = state["sizes"][site] = state["sizes"].get(site, 0) if tag & 4 else payload.number()
            if state["free"]:
                slot = state["free"].pop()
            else:
                slot, state["next"] = state["next"], state["next"] + 1
            state["slot"] = slot
            state["live"][slot] = (site, size)
            yield RESTORE if operation else ALLOCATION, slot, site, size, False, 0
    check(payload.done(), "events beyond their number")


def log(file, sites):
    """The events of all whole sections. `sites`: how many there are."""
    state = {"slot": 0, "site": 0, "time": 0, "next": 0, "sizes": {}, "live": {}, "free": []}
    for kind, at in file.by_scan()[2]:
        if kind == EVENTS:
            payload = file.payload(at)
            if payload is None:
                return
            yield from events_of(payload, state, sites)


def read_events(path):
    file = File(path)
    return log(file, len(tables(file)[0]["sites"]))
