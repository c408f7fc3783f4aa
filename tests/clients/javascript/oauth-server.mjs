// Our token code against another authorization server, oidc-provider as published: a secret, and assertions by PS256.
// Only the path of its token endpoint is set as Entra has it; how it checks who asks is its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { promisify } from "node:util";

import Provider from "oidc-provider";

import { check, finish } from "./checks.mjs";

const DIRECTORY = "3c0c2f6e-0d3c-4a53-9d43-6e1f0f6a8b11";
const GRAPH = "https://graph.microsoft.com";
const ROLES = ["DeviceManagementApps.Read.All", "Group.Read.All"];
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

function configuration() {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  return {
    routes: { token: `/${DIRECTORY}/oauth2/v2.0/token` },
    scopes: [`${GRAPH}/.default`],
    cookies: { keys: ["no cookie is set"] },
    jwks: { keys: [{ ...key, use: "sig", alg: "RS256" }] },
    clients: [
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
        getResourceServerInfo: () => ({
          scope: `${GRAPH}/.default`,
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

// The issuer is its address, which is known once it listens.
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(address, configuration());
const answer = provider.callback();

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

server.close();
finish();
