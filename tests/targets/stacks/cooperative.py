# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Workers that take turns in one thread. Worker i allocates below i + 1 calls of down(), 2000 + i bytes in each of 20
turns, and marks its stack in two. Arguments: calls.so, which kind of worker."""
import ctypes
import sys

from mark import mark

WORKERS, TURNS = 8, 20
calls = ctypes.CDLL(sys.argv[1])


def down(number, depth, turn_over):
    if depth:
        return down(number, depth - 1, turn_over)
    for turn in range(TURNS):
        calls.call_malloc(number * TURNS + turn, 1, 2000 + number)  # @worker
        if turn % 10 == 5:
            mark()
        turn_over()


def with_greenlets():
    import greenlet
    scheduler = greenlet.getcurrent()
    workers = [greenlet.greenlet(lambda number=number: down(number, number, scheduler.switch))
               for number in range(WORKERS)]
    while any(not worker.dead for worker in workers):
        for worker in workers:
            worker.switch()


def with_gevent():
    import gevent
    gevent.joinall([gevent.spawn(down, number, number, lambda: gevent.sleep(0)) for number in range(WORKERS)],
                   raise_error=True)


def with_tasks():
    import asyncio

    async def down(number, depth):
        if depth:
            return await down(number, depth - 1)
        for turn in range(TURNS):
            calls.call_malloc(number * TURNS + turn, 1, 2000 + number)  # @task
            if turn % 10 == 5:
                mark()
            await asyncio.sleep(0)

    async def every():
        await asyncio.gather(*(down(number, number) for number in range(WORKERS)))

    asyncio.run(every())


globals()["with_" + sys.argv[2]]()
