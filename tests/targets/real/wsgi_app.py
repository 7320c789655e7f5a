# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""An application for gunicorn. The culprit is remember(): nothing ever leaves its cache."""
import json
import sqlite3

database = sqlite3.connect(":memory:", check_same_thread=False)
cache = []


def remember(path):
    cache.append(bytearray(5_000_000))


def answer(path):
    (now,) = database.execute("select strftime('%s')").fetchone()
    return json.dumps({"path": path, "time": now, "cached": len(cache)}).encode()


def application(environ, start_response):
    remember(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [answer(environ["PATH_INFO"])]
