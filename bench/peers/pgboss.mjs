// pg-boss: jobs in batches, the next batch at once while batches come full, woken by NOTIFY.

import { PgBoss } from "pg-boss";
import { enter, nap, run } from "./peer.mjs";

const QUEUE = "bench";
const SLICE = 1000;

async function boss() {
  const boss = new PgBoss({ connectionString: process.env.PEER_DATABASE, max: 25, useListenNotify: true });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  return boss;
}

await run({
  async fill(count) {
    const queue = await boss();
    for (let first = 0; first < count; first += SLICE) {
      const numbers = Array.from({ length: Math.min(SLICE, count - first) }, (_, index) => first + index);
      await queue.insert(QUEUE, numbers.map((number) => ({ data: { number } })));
    }
  },
  async work(ms) {
    const queue = await boss();
    const options = { batchSize: 250, localConcurrency: 4, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
    const handle = async (jobs) => {
      await Promise.all(
        jobs.map((job) => {
          enter(job.data.number);
          return nap(ms);
        }),
      );
    };
    return () => queue.work(QUEUE, options, handle);
  },
  async start(each) {
    const queue = await boss();
    await each((number) => queue.send(QUEUE, { number }));
  },
});
