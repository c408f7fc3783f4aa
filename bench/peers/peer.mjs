// What the peers on Node.js have in common: the commands of the benchmark, and how they answer.
//
//   fill COUNT      makes the tables and queues COUNT jobs
//   work NAP_MS     says `ready`, works from `go` until its input ends; each job takes NAP_MS
//   start COUNT MS  queues COUNT jobs, one every MS
//
// Times are of the machine's monotonic clock, which all its processes share.

const entered = [];

/** Said by a job when it begins. */
export function enter(number) {
  entered.push(`${number} ${process.hrtime.bigint()}`);
}

/** The job's work. */
export function nap(ms) {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}

/** Runs the command that was asked for. */
export async function run({ fill, work, start }) {
  const [command, first, second] = process.argv.slice(2);
  if (command === "fill") {
    await fill(Number(first));
  } else if (command === "work") {
    const begin = await work(Number(first));
    console.log("ready");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    const ended = new Promise((resolve) => process.stdin.once("end", resolve));
    await begin();
    await ended;
    await print(entered);
  } else {
    const started = [];
    await start(async (add) => {
      for (let number = 0; number < Number(first); number += 1) {
        await add(number);
        started.push(`${number} ${process.hrtime.bigint()}`);
        await nap(Number(second));
      }
    });
    await print(started);
  }
  process.exit(0);
}

function print(lines) {
  return new Promise((resolve) => process.stdout.write(lines.map((line) => `${line}\n`).join(""), resolve));
}
