// One simulated Graph and one server on loopback, with a database of their own in a temporary folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start } from './program.mjs';

const programs = process.env.TENANTATLAS_BIN_DIR;
if (!programs) throw new Error('TENANTATLAS_BIN_DIR is not set; start the tests with tests/browser/run');
const SERVER = join(programs, 'tenantatlas');
const SIMULATOR = join(programs, 'graph-sim');
const MANY_ITEMS = join(programs, 'many-items');

export const OWNER = { name: 'Anna Lindqvist', email: 'anna@meridian.example', password: 'quiet harbour lantern 7' };
export const READER = { name: 'Ben Okafor', email: 'ben@meridian.example', password: 'amber field notebook 3' };

/** A tenant whose scripts never answer, so that a sync of it ends partially succeeded. */
export const CONTOSO = {
  tenantId: '6f1d2a0c-8c1b-4f6e-9b57-0d2f7a1c3e01',
  displayName: 'Contoso',
  primaryDomain: 'contoso.example',
  clientId: '2b7c9e14-53aa-4d0f-8a66-91e4c07b5d02',
  clientSecret: 'simulated~browser-tests',
  content: { seeded: { seed: 7, objects: 60 } },
  faults: [
    { matches: { path: 'deviceShellScripts/' }, kind: { status: { status: 403, code: 'Forbidden' } } },
    { matches: { path: 'deviceHealthScripts/' }, kind: { status: { status: 503, code: 'ServiceUnavailable' } } },
  ],
};

export class Site {
  /** Starts the simulator alone; commands can be run from here on. */
  static async prepare() {
    const site = new Site();
    site.folder = await mkdtemp(join(tmpdir(), 'tenantatlas-browser.'));
    site.simulator = await start(SIMULATOR, ['--http-port', '0', '--tenant', JSON.stringify(CONTOSO)], {}, (line) => {
      try { return JSON.parse(line).http; } catch { return undefined; }
    });
    const graph = site.simulator.value;
    site.env = { TENANTATLAS_DATABASE: join(site.folder, 'tenantatlas.db'), TENANTATLAS_CLOUDS: `simulator=${graph},${graph}` };
    return site;
  }

  /** Runs a command of the program on the site's database. */
  command(args, options) {
    return run(SERVER, args, this.env, options);
  }

  /** Keeps the runs of a type from starting; what it answers with ends that. */
  async pause(type) {
    const as = ['--as', OWNER.email];
    const said = await this.command(['--json', 'queue', 'pause', 'Contoso', '--type', type, '--reason', 'Change window', ...as]);
    return () => this.command(['queue', 'resume', JSON.parse(said).pause, ...as]);
  }

  /** Makes a completed run with so many items; its id. */
  async manyItems(count) {
    return (await run(MANY_ITEMS, [this.env.TENANTATLAS_DATABASE, OWNER.email, String(count)], {})).trim();
  }

  /** Changes how the simulated Graph behaves. */
  async simulate(what, body) {
    const answer = await fetch(`${this.simulator.value}/_sim/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the simulator refused ${what}: ${await answer.text()}`);
  }

  /** Starts the server; it tells its address, and where the first account is made while there is none. */
  async serve() {
    const address = (line) => line.match(/^TenantAtlas is at (http:\/\/\S+)$/)?.[1];
    this.server = await start(SERVER, ['serve', '--listen', '127.0.0.1:0'], this.env, address);
    this.url = this.server.value;
    return this;
  }

  /** The set-up link, once the server has printed it. */
  setUpLink() {
    return this.server.said.map((line) => line.match(/(http:\S+\/setup\?token=\S+)$/)?.[1]).find(Boolean);
  }

  async stop() {
    await this.server?.stop();
    await this.simulator?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A server with two people, one tenant that was synced and backed up, and one that never was. */
export async function furnished() {
  const site = await Site.prepare();
  const as = ['--as', OWNER.email];
  await site.command(['user', 'add', OWNER.email, '--name', OWNER.name], { input: `${OWNER.password}\n` });
  await site.command(['user', 'add', READER.email, '--name', READER.name, ...as], { input: `${READER.password}\n` });
  const tenant = ['tenant', 'add', '--name', CONTOSO.displayName, '--directory-id', CONTOSO.tenantId, '--domain', CONTOSO.primaryDomain];
  await site.command([...tenant, '--cloud', 'simulator', '--client-id', CONTOSO.clientId, ...as], { input: `${CONTOSO.clientSecret}\n` });
  await site.serve();
  await site.command(['sync', 'Contoso', '--groups', ...as]);
  await site.command(['sync', 'Contoso', ...as], { codes: [3] });
  await site.command(['backup', 'create', 'Contoso', '--name', 'Before the change', ...as], { codes: [3] });
  return site;
}
