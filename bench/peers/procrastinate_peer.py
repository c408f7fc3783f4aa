"""procrastinate, with the commands of peer.mjs: jobs at the same time in one process, woken by NOTIFY."""

import asyncio
import logging
import os
import sys
import time

from procrastinate import App, PsycopgConnector

SLICE = 1000
CONCURRENCY = 24

logging.disable(logging.WARNING)
app = App(connector=PsycopgConnector(conninfo=os.environ["PEER_DATABASE"], min_size=CONCURRENCY + 1, max_size=CONCURRENCY + 1))
entered = []
nap_seconds = 0.0


@app.task(name="bench")
async def bench(number):
    entered.append((number, time.monotonic_ns()))
    if nap_seconds:
        await asyncio.sleep(nap_seconds)


def show(lines):
    sys.stdout.write("".join(f"{number} {at}\n" for number, at in lines))
    sys.stdout.flush()


async def fill(count):
    await app.schema_manager.apply_schema_async()
    for first in range(0, count, SLICE):
        await bench.batch_defer_async(*({"number": number} for number in range(first, min(count, first + SLICE))))


async def work(ms):
    global nap_seconds
    nap_seconds = ms / 1000
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    working = asyncio.create_task(
        app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False, fetch_job_polling_interval=0.5)
    )
    await asyncio.to_thread(sys.stdin.read)
    # A worker that broke is told, not waited for.
    if working.done():
        working.result()
    show(entered)


async def start(count, ms):
    started = []
    for number in range(count):
        await bench.defer_async(number=number)
        started.append((number, time.monotonic_ns()))
        await asyncio.sleep(ms / 1000)
    show(started)


async def main():
    command, *numbers = sys.argv[1:]
    async with app.open_async():
        await {"fill": fill, "work": work, "start": start}[command](*map(int, numbers))
        # The worker has no more to do, and neither has the process.
        os._exit(0)


asyncio.run(main())
