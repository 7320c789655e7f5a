# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A report made with pandas. The culprit is keep_history(): it keeps a copy of every month's table."""
import os

import numpy as np
import pandas as pd

from ready import ready

ROWS = 400_000
MONTHS = 6
history = []


def read_month(month):
    days = np.arange(ROWS) % 30
    return pd.DataFrame({"month": np.full(ROWS, month), "day": days, "amount": np.sqrt(days + month)})


def keep_history(table):
    history.append(table.copy())


def total_by_day(table):
    return table.groupby("day")["amount"].sum()


def main():
    totals = []
    for month in range(MONTHS):
        table = read_month(month)
        keep_history(table)
        totals.append(total_by_day(table))
    assert len(pd.concat(totals)) == 30 * MONTHS


main()
if "READY" in os.environ:
    ready()
