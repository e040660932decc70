// Questions to the server, and answers that come half or not at all.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { get, post } from "../../web/ask.js";

/** A server that answers so, while it is asked. @param {(response: import("node:http").ServerResponse) => void} answer */
async function served(answer, ask) {
    const server = createServer((_, response) => answer(response));
    await new Promise((up) => server.listen(0, "127.0.0.1", up));
    try {
        await ask(`http://127.0.0.1:${server.address().port}/`);
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

test("an answer is its JSON, one without a body is nothing, and a refusal is an error in the server's words", async () => {
    await served((response) => response.end('{"to":7}'), async (url) => assert.deepEqual(await get(url), { to: 7 }));
    await served((response) => response.writeHead(204).end(), async (url) => assert.deepEqual(await post(url, {}), {}));
    await served(
        (response) => response.writeHead(409).end('{"error":"it has ended already"}'),
        (url) => assert.rejects(get(url), /^Error: it has ended already$/),
    );
    await served(
        (response) => response.writeHead(502).end("<html>"),
        (url) => assert.rejects(get(url), /^Error: The server answered 502\.$/),
    );
});

test("an answer that is let go of in its midst is none, nor is one that is cut short", async (context) => {
    const asks = new AbortController();
    const whole = globalThis.fetch;
    context.mock.method(globalThis, "fetch", async (...question) => {
        const response = await whole(...question);
        setImmediate(() => asks.abort()); // the head is there, and the body is waited for
        return response;
    });
    await served(
        (response) => response.writeHead(200, { "Content-Length": 100 }).write('{"to":'),
        (url) => assert.rejects(get(url, asks.signal), { name: "AbortError" }),
    );
    context.mock.reset();
    await served(
        (response) => {
            response.writeHead(200, { "Content-Length": 100 });
            response.write('{"to":', () => response.destroy());
        },
        (url) => assert.rejects(get(url), TypeError),
    );
});
