// graphile-worker, with the settings of its own page on performance, or without its batches (PEER_PLAIN).

import { Logger, makeWorkerUtils, run as work, runMigrations } from "graphile-worker";
import { enter, nap, run } from "./peer.mjs";

const connectionString = process.env.PEER_DATABASE;
const logger = new Logger(() => () => {});
const SLICE = 1000;

const batches = process.env.PEER_PLAIN
  ? {}
  : { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

await run({
  async fill(count) {
    await runMigrations({ connectionString, logger });
    const utils = await makeWorkerUtils({ connectionString, logger });
    for (let first = 0; first < count; first += SLICE) {
      const numbers = Array.from({ length: Math.min(SLICE, count - first) }, (_, index) => first + index);
      await utils.addJobs(numbers.map((number) => ({ identifier: "bench", payload: { number } })));
    }
    await utils.release();
  },
  async work(ms) {
    const taskList = {
      bench: async ({ number }) => {
        enter(number);
        await nap(ms);
      },
    };
    const preset = { worker: { connectionString, concurrentJobs: 24, maxPoolSize: 25, logger, ...batches } };
    return () => work({ preset, noHandleSignals: true, taskList });
  },
  async start(each) {
    const utils = await makeWorkerUtils({ connectionString, logger });
    await each((number) => utils.addJob("bench", { number }));
  },
});
