// Our token code against another authorization server, oidc-provider as published: a secret, assertions by PS256, and a
// person's sign-in by a code with PKCE.
// Only the path of its token endpoint is set as Entra has it; how it checks who asks is its own.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { X509Certificate, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import Provider from "oidc-provider";

import { check, finish } from "./checks.mjs";

const DIRECTORY = "3c0c2f6e-0d3c-4a53-9d43-6e1f0f6a8b11";
const GRAPH = "https://graph.microsoft.com";
const ROLES = ["DeviceManagementApps.Read.All", "Group.Read.All"];
const PERMISSION = "Group.Read.All";
const BACK = "https://atlas.example/connection/callback";
const PERSON = "anna@contoso.example";
const SECRET = "a secret with ~ + and %";
const own = await readFile(process.env.CERTIFICATE, "utf8");
const foreign = await readFile(process.env.FOREIGN_CERTIFICATE, "utf8");

const client = (id, rest) => ({
  client_id: id,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  scope: `${GRAPH}/.default`,
  ...rest,
});

/** An application for which people sign in, beside itself. */
const forPeople = (id, rest) => ({
  ...client(id, rest),
  grant_types: ["authorization_code", "client_credentials"],
  redirect_uris: [BACK],
  response_types: ["code"],
  scope: `openid profile ${GRAPH}/.default ${GRAPH}/${PERMISSION}`,
});

function configuration() {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  return {
    routes: { token: `/${DIRECTORY}/oauth2/v2.0/token`, authorization: `/${DIRECTORY}/oauth2/v2.0/authorize` },
    scopes: ["openid", `${GRAPH}/.default`, `${GRAPH}/${PERMISSION}`],
    // Without a code challenge nobody gets a code here, and no other method than S256 is known.
    pkce: { required: () => true },
    // Entra says in the id token what it knows of a person.
    conformIdTokenClaims: false,
    claims: { openid: ["sub", "tid"], profile: ["preferred_username"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, tid: directoryOfPeople, preferred_username: PERSON }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: agreed,
    cookies: { keys: ["no cookie is set"] },
    jwks: { keys: [{ ...key, use: "sig", alg: "RS256" }] },
    clients: [
      forPeople("person-by-secret", { token_endpoint_auth_method: "client_secret_post", client_secret: SECRET }),
      forPeople("person-by-certificate", {
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "PS256",
        jwks: { keys: [new X509Certificate(own).publicKey.export({ format: "jwk" })] },
      }),
      client("by-secret", { token_endpoint_auth_method: "client_secret_post", client_secret: SECRET }),
      client("by-certificate", {
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "PS256",
        jwks: { keys: [new X509Certificate(own).publicKey.export({ format: "jwk" })] },
      }),
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => GRAPH,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: `${GRAPH}/.default ${GRAPH}/${PERMISSION}`,
          audience: GRAPH,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    ttl: { ClientCredentials: 3600 },
    extraTokenClaims: () => ({ roles: ROLES }),
  };
}

/** The directory that people of this server belong to. */
let directoryOfPeople = DIRECTORY;

/** Everybody has agreed to everything that the application asks for. */
async function agreed(context) {
  const { Grant } = context.oidc.provider;
  const grant = new Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
  grant.addOIDCScope(`openid profile ${GRAPH}/${PERMISSION}`);
  grant.addResourceScope(GRAPH, `${GRAPH}/${PERMISSION}`);
  await grant.save();
  return grant;
}

// The issuer is its address, which is known once it listens.
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(address, configuration());
const serve = provider.callback();
/** Whoever is asked to sign in has done so. */
const answer = (request, response) =>
  request.url.startsWith("/interaction/")
    ? provider.interactionFinished(request, response, { login: { accountId: "anna" } })
    : serve(request, response);

const issued = [];
const refused = [];
provider.on("client_credentials.issued", (token) => issued.push(token));
provider.on("grant.error", (_, problem) => refused.push(problem.error_detail ?? problem.message));

/** What our token code says after asking. */
async function signIn(application, credential, directory = DIRECTORY) {
  issued.length = 0;
  refused.length = 0;
  const environment = { ...process.env, CREDENTIAL: credential };
  const { stdout } = await promisify(execFile)(process.env.SIGN_IN, [address, directory, application], {
    env: environment,
  });
  return JSON.parse(stdout);
}

await check("a secret gets a token, and its permissions are read", async () => {
  assert.deepEqual(await signIn("by-secret", SECRET), { granted: ROLES });
  assert.deepEqual(
    issued.map((token) => [token.clientId, token.scope, token.aud]),
    [["by-secret", `${GRAPH}/.default`, GRAPH]],
  );
});

await check("a wrong secret and an unknown application are refused in our words", async () => {
  assert.deepEqual(await signIn("by-secret", "wrong"), { refused: "auth.credential_refused" });
  assert.deepEqual(await signIn("nobody", SECRET), { refused: "auth.credential_refused" });
  assert.equal(issued.length, 0);
});

await check("a certificate signs in by PS256, each time with an assertion of its own", async () => {
  for (const _ of [1, 2]) {
    assert.deepEqual(await signIn("by-certificate", own), { granted: ROLES });
    assert.deepEqual([issued.map((token) => token.clientId), refused], [["by-certificate"], []]);
  }
});

await check("a certificate that the application does not have is refused", async () => {
  assert.deepEqual(await signIn("by-certificate", foreign), { refused: "auth.credential_refused" });
  assert.equal(issued.length, 0);
  assert.equal(refused.length, 1);
});

await check("a secret does not do where a certificate is asked for", async () => {
  assert.deepEqual(await signIn("by-certificate", SECRET), { refused: "auth.credential_refused" });
  assert.equal(issued.length, 0);
});

await check("a directory that the service does not know is an error, not a token", async () => {
  const said = await signIn("by-secret", SECRET, "nowhere");
  assert.match(said.refused, /^auth\./);
  assert.equal(issued.length, 0);
});

/** Follows a person through the server's redirects to the address that they come back to. */
async function browse(first) {
  const cookies = new Map();
  let next = first;
  for (let hops = 0; hops < 20; hops += 1) {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(next, { redirect: "manual", headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split("=");
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    assert.ok(location, `${response.status} at ${next}: ${await response.text()}`);
    if (location.startsWith(BACK)) return new URL(location).searchParams;
    next = new URL(location, address).href;
  }
  throw new Error(`the server asks again and again, last at ${next}`);
}

/** What our code says of a person's sign-in; `change` may spoil the address and the code that come between. */
async function person(application, credential, change = {}) {
  const environment = { ...process.env, CREDENTIAL: credential };
  const program = spawn(process.env.SIGN_IN, [address, DIRECTORY, application, BACK], { env: environment });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const page = new URL(JSON.parse((await lines.next()).value).address);
  for (const [name, value] of Object.entries(change.query ?? {})) page.searchParams.set(name, value);
  const back = await browse(page);
  assert.equal(back.get("state"), "state");
  program.stdin.end(`${change.code ?? back.get("code")}\n`);
  const said = JSON.parse((await lines.next()).value);
  return { said, code: back.get("code") };
}

const SIGNED_IN = { signed_in: { name: PERSON, permissions: [PERMISSION] } };

await check("a person signs in by a code with PKCE, with a secret and with a certificate", async () => {
  assert.deepEqual((await person("person-by-secret", SECRET)).said, SIGNED_IN);
  assert.deepEqual((await person("person-by-certificate", own)).said, SIGNED_IN);
});

await check("a code of another sign-in does not fit our verifier, and none is good twice", async () => {
  const { said, code } = await person("person-by-secret", SECRET);
  assert.deepEqual(said, SIGNED_IN);
  refused.length = 0;
  const again = await person("person-by-secret", SECRET, { code });
  assert.match(again.said.refused, /^auth\./);
  const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  const spoilt = await person("person-by-secret", SECRET, { query: { code_challenge: challenge } });
  assert.match(spoilt.said.refused, /^auth\./);
  assert.equal(refused.length, 2);
  assert.match(refused[1], /PKCE/);
});

await check("an answer for another nonce or of another directory is not taken", async () => {
  const nonce = await person("person-by-secret", SECRET, { query: { nonce: "another" } });
  assert.deepEqual(nonce.said, { refused: "auth.answer_mixed_up" });
  directoryOfPeople = "00000000-1111-4222-8333-444444444444";
  assert.deepEqual((await person("person-by-secret", SECRET)).said, { refused: "auth.wrong_tenant" });
});

server.close();
finish();
