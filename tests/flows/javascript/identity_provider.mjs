// A municipality's own OpenID provider, by the npm package `oidc-provider`: linked systems get signed tokens by client
// credentials, `sub` being their client id and `aud` the resource they ask for. Prints its issuer when it is ready;
// its clients are given as JSON: [{ "client_id": …, "client_secret": … }]. Its keys are its own, new at each start.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const provider = new Provider(issuer, {
  clients: JSON.parse(process.argv[2]).map((client) => ({
    ...client,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  })),
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "own" }] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (_, audience) => ({
        audience: audience.replace(/^urn:/, ""),
        accessTokenFormat: "jwt",
        accessTokenTTL: 300,
        scope: "files",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});
server.on("request", provider.callback());
process.stdin.on("end", () => process.exit()).resume(); // ends with whoever started it
console.log(`issuer ${issuer}`);
