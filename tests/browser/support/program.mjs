// Starts a program, waits for a line that says it is ready, and stops it by its process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a program may take to say that it is ready, in milliseconds. */
const READY_MS = 60_000;

/** Starts `path`; `ready(line)` is asked for each line of its output until it gives something. */
export async function start(path, args, env, ready) {
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const found = new Promise((resolve, reject) => {
    const giveUp = (why) => reject(new Error(`${path} ${why}\n${said.join('\n')}`));
    const timer = setTimeout(giveUp, READY_MS, 'did not become ready');
    child.once('error', reject);
    child.once('exit', (code) => giveUp(`ended with ${code}`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const value = ready(line);
      if (value === undefined) return;
      clearTimeout(timer);
      resolve(value);
    });
  });
  const value = await found.catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { value, said, stop: () => stop(child) };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}

/** Runs a program to its end; its standard output. Exit codes other than the expected ones are an error. */
export async function run(path, args, env, { input = '', codes = [0] } = {}) {
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (part) => { output += part; });
  child.stderr.on('data', (part) => { errors += part; });
  // A program that reads no input may be over before it was offered any; its exit code says how it went.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (!codes.includes(code)) throw new Error(`${path} ${args.join(' ')} ended with ${code}\n${output}\n${errors}`);
  return output;
}
