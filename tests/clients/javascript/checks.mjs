// Runs checks one after the other, and asks the simulator what really happened.

/** What the simulator said of itself when it was ready. */
export const simulator = JSON.parse(process.env.SIMULATOR ?? "null");

let passed = 0;
let failed = 0;

/** Runs one check; it holds when nothing is thrown. */
export async function check(what, proof) {
  try {
    await proof();
    passed += 1;
  } catch (problem) {
    failed += 1;
    console.log(`FAILED ${what}: ${problem.stack ?? problem}`);
  }
}

/** The last line, and how the program ends. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** What the control surface answers. */
export async function ask(path, query = {}) {
  const answer = await fetch(`${simulator.http}/_sim/${path}?${new URLSearchParams(query)}`);
  if (!answer.ok) throw new Error(`/_sim/${path} answers ${answer.status}`);
  return answer.json();
}

/** Turns one of its controls. */
export async function tell(path, body) {
  const answer = await fetch(`${simulator.http}/_sim/${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`/_sim/${path} answers ${answer.status}`);
}
