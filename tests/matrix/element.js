// A person's client on Element's own SDK and crypto (matrix-js-sdk, rust crypto), driven line by line: JSON in, JSON out.
//
//     node element.js SDK HOMESERVER USER PASSWORD strict|lax
//
// "strict" neither reads from nor writes to devices that nobody has cross-signed. The client signs its own.

"use strict";
const { createDecipheriv, createHash } = require("node:crypto");
const readline = require("node:readline");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const [folder, homeserver, user, password, mode] = process.argv.slice(2);
const from = (path) => import(pathToFileURL(join(folder, "lib", path)));
for (const level of ["debug", "log", "info", "warn", "error", "trace"]) console[level] = () => {}; // stdout is ours
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

async function main() {
  const [sdk, crypto] = await Promise.all([from("index.js"), from("crypto-api/index.js")]);
  const lobby = sdk.createClient({ baseUrl: homeserver });
  const signedIn = await lobby.loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
  });
  const client = sdk.createClient({
    baseUrl: homeserver,
    accessToken: signedIn.access_token,
    userId: signedIn.user_id,
    deviceId: signedIn.device_id,
  });
  const until = (name, holds) =>
    new Promise((go) => {
      const look = async () => {
        if (!(await holds())) return;
        client.off(name, look);
        go();
      };
      client.on(name, look);
      look();
    });
  await client.initRustCrypto({ useIndexedDB: false });
  const keys = client.getCrypto();
  if (mode === "strict") keys.setDeviceIsolationMode(new crypto.OnlySignedDevicesIsolationMode());

  const shown = async (event) => {
    if (event.getSender() === user || event.isState()) return;
    const info = event.isEncrypted() ? await keys.getEncryptionInfoForEvent(event) : null;
    tell({
      event_id: event.getId(),
      room_id: event.getRoomId(),
      sender: event.getSender(),
      type: event.getType(),
      content: event.getContent(),
      encrypted: event.isEncrypted(),
      failure: event.isDecryptionFailure() ? event.decryptionFailureReason : null,
      shield: info && info.shieldColour,
      why: info && info.shieldReason,
    });
  };
  client.on(sdk.MatrixEventEvent.Decrypted, shown);
  client.on(sdk.RoomEvent.Timeline, (event) => event.isEncrypted() || shown(event));
  client.on(sdk.RoomMemberEvent.Membership, (_, member) => {
    if (member.userId === user && member.membership === "invite") client.joinRoom(member.roomId);
  });
  await client.startClient({ initialSyncLimit: 50 });
  await until(sdk.ClientEvent.Sync, () => client.isInitialSyncComplete());
  await keys.bootstrapCrossSigning({ setupNewCrossSigning: true, authUploadDeviceSigningKeys: (send) => send(null) });

  const does = {
    /** An encrypted direct chat; done when the other one is there. */
    async opens({ other }) {
      const { room_id: room } = await client.createRoom({
        is_direct: true,
        preset: "trusted_private_chat",
        invite: [other],
        initial_state: [
          { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
        ],
      });
      const joined = () => client.getRoom(room)?.getMember(other)?.membership === "join";
      await until(sdk.RoomMemberEvent.Membership, joined);
      return { room };
    },
    async says({ room, content }) {
      await client.sendMessage(room, content);
      return {};
    },
    async presses({ room, event, key }) {
      const relation = { rel_type: "m.annotation", event_id: event, key };
      await client.sendEvent(room, "m.reaction", { "m.relates_to": relation });
      return {};
    },
    /** Done when the other's devices are all cross-signed, as far as this client knows. */
    async trusts({ other }) {
      const signed = async () => {
        const devices = [...((await keys.getUserDeviceInfo([other])).get(other)?.keys() ?? [])];
        const known = await Promise.all(devices.map((device) => keys.getDeviceVerificationStatus(other, device)));
        return known.length > 0 && known.every((status) => status.signedByOwner);
      };
      await until(crypto.CryptoEvent.DevicesUpdated, signed);
      return {};
    },
    /** A file out of an encrypted room, checked and in clear. */
    async opensFile({ file }) {
      const url = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
      const answer = await fetch(url, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } });
      const stored = Buffer.from(await answer.arrayBuffer());
      const hash = createHash("sha256").update(stored).digest("base64").replace(/=+$/, "");
      if (hash !== file.hashes.sha256) throw new Error("the file isn't the one that was sent");
      const key = Buffer.from(file.key.k, "base64url");
      const decipher = createDecipheriv("aes-256-ctr", key, Buffer.from(file.iv, "base64"));
      const clear = Buffer.concat([decipher.update(stored), decipher.final()]);
      return { text: clear.toString("utf8"), stored: stored.toString("latin1") };
    },
  };
  tell({ ready: signedIn.device_id });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    try {
      tell({ did: asked.number, ...(await does[asked.do](asked)) });
    } catch (error) {
      tell({ did: asked.number, error: String(error) });
    }
  }
  client.stopClient();
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
