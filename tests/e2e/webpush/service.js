// A push service, and behind it the app: what comes is read by http_ece, whose author wrote RFC 8188, and its signature
// by jws, both as the npm package web-push uses them. First prints the app's keys, then each request, as lines of JSON.
import { createECDH, createPublicKey, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import ece from "http_ece";
import jws from "jws";
import webpush from "web-push";

const app = createECDH("prime256v1");
app.generateKeys();
const auth = randomBytes(16);

/** The text that the app reads; null: nothing that it can read. */
function readBy(body) {
    try {
        return ece.decrypt(body, { version: "aes128gcm", privateKey: app, authSecret: auth.toString("base64url") }).toString();
    } catch {
        return null;
    }
}

/** The key that has signed, and the token's claims; null: nobody has. */
function signerOf(header) {
    const [, token, key] = /^vapid t=([^,]+), k=(\S+)$/.exec(header ?? "") ?? [];
    if (!token) return null;
    const point = Buffer.from(key, "base64url");
    const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    return jws.verify(token, "ES256", pem) ? { key, claims: jws.decode(token).payload } : null;
}

/** /push/STATUS is answered with that status; /endless without end. */
function answer(request, response) {
    if (request.url === "/endless") {
        response.writeHead(500);
        const more = () => response.write("x".repeat(4096), (gone) => gone || setImmediate(more));
        return more();
    }
    const status = Number(request.url.split("/")[2]);
    if (status === 201) return response.writeHead(201, { Location: "/m/1", TTL: "3600" }).end();
    const headers = status === 302 ? { Location: "/push/201" } : status === 429 ? { "Retry-After": "90" } : {};
    response.writeHead(status, headers).end("no\u001b[2J\nmore");
}

const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
        const body = Buffer.concat(parts);
        const text = request.headers["content-encoding"] === "aes128gcm" ? readBy(body) : body.toString();
        console.log(JSON.stringify({ headers: request.headers, salt: body.subarray(0, 16).toString("hex"), sender: body.subarray(21, 86).toString("hex"), size: body.length, text, signer: signerOf(request.headers.authorization) }));
        answer(request, response);
    });
});
server.listen(0, "127.0.0.1", () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    console.log(JSON.stringify({ url, key: app.getPublicKey("base64url"), auth: auth.toString("base64url"), vapid: webpush.generateVAPIDKeys() }));
});
