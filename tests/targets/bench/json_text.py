# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Writing and reading JSON."""
import json


def document(size):
    return {"rows": [{"id": n, "name": "n%d" % n, "text": "x" * (n % 1200), "values": [n] * 20} for n in range(size)]}


def run():
    for _ in range(18):
        text = json.dumps(document(6000), indent=1)
        assert len(json.loads(text)["rows"]) == 6000
