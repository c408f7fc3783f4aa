// Microsoft's JavaScript client, as published, over https: lists, pages, writes, batches, errors, waiting.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
} from "@microsoft/microsoft-graph-client";

import { ask, check, finish, simulator, tell } from "./checks.mjs";

const [tenant] = simulator.tenants;
const POLICIES = "deviceManagement/configurationPolicies";
const COMPLIANCE = "deviceManagement/deviceCompliancePolicies";

const client = Client.init({
  baseUrl: simulator.https,
  customHosts: new Set(["127.0.0.1"]),
  defaultVersion: "beta",
  authProvider: (done) => signIn().then((token) => done(null, token), (problem) => done(problem, null)),
});

let token;

async function signIn() {
  token ??= fetch(`${simulator.https}/${tenant.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: tenant.clientId,
      client_secret: tenant.clientSecret,
      scope: "https://graph.microsoft.com/.default",
    }),
  }).then((answer) => answer.json()).then((answer) => answer.access_token);
  return token;
}

const ids = (objects) => objects.map((one) => one.id).sort();
const stored = (collection) => ask("objects", { collection });

async function refusal(request) {
  const problem = await request.then(() => null, (thrown) => thrown);
  assert.ok(problem instanceof GraphError, `it is ${problem}`);
  return problem;
}

await check("all pages of a list, and no page twice", async () => {
  const policies = await stored(POLICIES);
  const expected = Math.ceil(policies.length / 10);
  assert.ok(expected >= 4, `only ${policies.length} policies`);
  await signIn();
  await tell("reset", {});
  const seen = [];
  const first = await client.api(`/${POLICIES}`).select("id,name").top(10).get();
  assert.equal(first.value.length, 10);
  const iterator = new PageIterator(client, first, (policy) => seen.push(policy) > 0);
  await iterator.iterate();
  assert.deepEqual(ids(seen), ids(policies));
  assert.deepEqual(
    seen.map((one) => one.name).sort(),
    policies.map((one) => one.name).sort(),
  );
  assert.equal((await ask("exchanges")).length, expected);
});

await check("a page iterator that is stopped goes on where it stood", async () => {
  const groups = await stored("groups");
  const seen = [];
  let more = false;
  const first = await client.api("/groups").top(7).get();
  const iterator = new PageIterator(client, first, (group) => seen.push(group) > 0 && (more || seen.length < 10));
  await iterator.iterate();
  assert.equal(seen.length, 10);
  more = true;
  await iterator.resume();
  assert.deepEqual(ids(seen), ids(groups));
});

await check("filter, count and search mean what they say", async () => {
  const groups = await stored("groups");
  const wanted = groups[3].displayName;
  const named = groups.filter((group) => group.displayName === wanted);
  const filtered = await client.api("/groups").filter(`displayName eq '${wanted.replaceAll("'", "''")}'`).get();
  assert.deepEqual(ids(filtered.value), ids(named));
  const counted = await client.api("/groups").header("ConsistencyLevel", "eventual").count(true).top(3).get();
  assert.equal(counted["@odata.count"], groups.length);
  const search = client.api("/groups").header("ConsistencyLevel", "eventual").search(`"displayName:${wanted}"`);
  assert.ok(ids((await search.get()).value).includes(groups[3].id));
});

/** A compliance policy is made with what happens to a device that does not comply, and not without. */
const BLOCKED = [
  {
    ruleName: "PasswordRequired",
    scheduledActionConfigurations: [{ actionType: "block", gracePeriodHours: 24, notificationTemplateId: "" }],
  },
];

await check("create, read, change and delete", async () => {
  const before = (await ask("journal")).length;
  const made = await client.api(`/${COMPLIANCE}`).post({
    "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
    displayName: "Made by the JavaScript client",
    passwordRequired: true,
    scheduledActionsForRule: BLOCKED,
  });
  const path = `${COMPLIANCE}/${made.id}`;
  await client.api(`/${path}`).patch({
    "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
    displayName: "Changed by the JavaScript client",
  });
  const read = await client.api(`/${path}`).get();
  assert.equal(read.displayName, "Changed by the JavaScript client");
  assert.equal(read.passwordRequired, true);
  await client.api(`/${path}`).delete();
  assert.equal((await refusal(client.api(`/${path}`).get())).statusCode, 404);
  const effects = (await ask("journal")).slice(before);
  assert.deepEqual(effects.map((one) => one.method), ["POST", "PATCH", "DELETE"]);
  assert.deepEqual(new Set(effects.map((one) => one.id)), new Set([made.id]));
});

await check("a batch runs what depends on another after it, and not at all when that failed", async () => {
  const json = { "Content-Type": "application/json" };
  const post = (displayName) => ({
    method: "POST",
    headers: json,
    body: JSON.stringify({
      "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
      displayName,
      scheduledActionsForRule: BLOCKED,
    }),
  });
  const step = (id, path, options, dependsOn) => ({
    id,
    request: new Request(`${simulator.https}/${path}`, options),
    dependsOn,
  });
  const before = (await ask("journal")).length;
  await tell("reset", {});
  // The client allows a chain, or several steps after one.
  const batch = new BatchRequestContent([
    step("create", COMPLIANCE, post("Made in a batch")),
    step("list", `${COMPLIANCE}?$select=id,displayName`, { method: "GET" }, ["create"]),
    step("missing", `${POLICIES}/none`, { method: "GET" }, ["list"]),
    step("never", COMPLIANCE, post("Never made"), ["missing"]),
  ]);
  const answer = await client.api("/$batch").post(await batch.getContent());
  const answers = new BatchResponseContent(answer).getResponses();
  const status = (id) => answers.get(id).status;
  assert.deepEqual([status("create"), status("list"), status("missing"), status("never")], [201, 200, 404, 424]);
  const made = await answers.get("create").json();
  const listed = (await answers.get("list").json()).value;
  assert.ok(listed.some((one) => one.id === made.id && one.displayName === "Made in a batch"));
  assert.equal((await answers.get("missing").json()).error.code, "ResourceNotFound");
  const effects = (await ask("journal")).slice(before);
  assert.deepEqual(effects.map((one) => [one.method, one.id]), [["POST", made.id]]);
  const stats = await ask("stats");
  assert.deepEqual([stats.roundTrips, stats.logicalRequests], [1, 3]);
});

await check("errors are GraphErrors with code, message and the id of the request", async () => {
  const missing = await refusal(client.api(`/${POLICIES}/none`).get());
  assert.deepEqual([missing.statusCode, missing.code], [404, "ResourceNotFound"]);
  assert.match(missing.message, /'none' does not exist/);
  assert.equal(missing.requestId, missing.headers.get("request-id"));
  const wrong = await refusal(client.api(`/${POLICIES}`).query({ $top: "all" }).get());
  assert.deepEqual([wrong.statusCode, wrong.code], [400, "BadRequest"]);
  assert.match(wrong.message, /'all' for \$top/);
  const stranger = Client.init({
    baseUrl: simulator.https,
    customHosts: new Set(["127.0.0.1"]),
    authProvider: (done) => done(null, "nonsense"),
  });
  const unknown = await refusal(stranger.api("/organization").get());
  assert.deepEqual([unknown.statusCode, unknown.code], [401, "InvalidAuthenticationToken"]);
});

await check("Retry-After is waited for", async () => {
  // Longer than the three to four seconds that the client would wait by itself.
  const kind = { status: { status: 429, code: "TooManyRequests", retryAfter: 5 } };
  await tell("faults", { fault: { matches: { path: "organization" }, kind, times: 1 } });
  await tell("reset", {});
  const organization = await client.api("/organization").get();
  assert.equal(organization.value[0].id, tenant.tenantId);
  const [refused, granted, ...more] = await ask("exchanges");
  assert.deepEqual([refused.status, refused.retryAfter, granted.status], [429, "5", 200]);
  const waited = granted.arrivedMs - refused.answeredMs;
  assert.ok(waited >= 5000, `it waited for ${waited} ms`);
  assert.deepEqual(more, []);
});

await check("it is the pinned client, and it came over https", async () => {
  const packages = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const version = packages.dependencies["@microsoft/microsoft-graph-client"];
  const exchanges = await ask("exchanges");
  assert.ok(exchanges.length > 0);
  for (const one of exchanges) {
    assert.equal(one.scheme, "https");
    assert.ok(one.client.startsWith(`graph-js/${version} `), one.client);
  }
});

finish();
