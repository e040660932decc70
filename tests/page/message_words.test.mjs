// Messages and their line in a person's words (push.md §5); what holds them is the daemon's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { appWords, listWords, sentenceWords, waitingWords } from "../../web/message_words.js";

const MINUTE = 60000;
const noon = new Date(2026, 10, 22, 12, 0).getTime();
const DOZE = { by: "doze", detail: "the device dozes", clears: "use the device, or wait for a window" };
const POWER = { by: "power", detail: "the device is not plugged in", clears: "plug it in" };

function message(priority, holds, passes = null) {
    return { priority, holds, passes };
}

test("an app's row says how many wait, of which urgency, what holds each first, and when the next passes", () => {
    const waiting = [
        message("normal", [DOZE], noon + 20 * MINUTE),
        message("very_low", [POWER, DOZE]),
        message("normal", [DOZE], noon + 12 * MINUTE),
    ];
    assert.equal(
        waitingWords(waiting, noon),
        "3 waiting: 2 normal, 1 very low. The device dozes; the device is not plugged in. The next passes in 12 min (12:12)",
    );
    assert.equal(waitingWords([message("low", [POWER])], noon), "1 waiting: 1 low. The device is not plugged in");
    assert.equal(
        waitingWords([message("normal", [DOZE], noon + MINUTE)], noon),
        "1 waiting: 1 normal. The device dozes. It passes in 1 min (12:01)",
    );
});

test("who has no push is told nothing of it", () => {
    const none = { delivered: 0, shown: 0, downgraded: false, waiting: 0 };
    assert.equal(appWords(none, [], [], noon), "");
    assert.equal(appWords(null, [], [], noon), "");
    assert.equal(appWords(none, [], [{}], noon), "none waiting");
    assert.equal(appWords({ ...none, delivered: 4, shown: 3 }, [], [], noon), "4 urgent, 3 shown");
    assert.equal(appWords({ ...none, delivered: 4, shown: 1, unjudged: 2 }, [], [], noon), "4 urgent, 1 shown, 2 not judged");
    assert.match(appWords({ ...none, downgraded: true }, [message("high", [])], [{}], noon), /^1 waiting: 1 high\. Urgent ones/);
    const lost = { ...none, downgraded: true, until: noon + 5 * MINUTE };
    assert.equal(appWords(lost, [], [], noon), "Urgent ones are treated as ordinary until 12:05: it showed too few");
});

test("the list is named by what is in it", () => {
    assert.equal(listWords([{}, {}], [{}]), "2 messages and 1 registration");
    assert.equal(listWords([], [{}, {}]), "2 registrations");
});

test("a sentence of the daemon's has its time where it stands, and goes on with the clock", () => {
    const asks = { before: "it asks again ", time: noon + 4 * MINUTE, as: "distance", after: ", so that the connection stays alive" };
    assert.equal(sentenceWords(asks, noon), "It asks again in 4 min, so that the connection stays alive");
    assert.equal(sentenceWords(asks, noon + MINUTE), "It asks again in 3 min, so that the connection stays alive");
    const since = { before: "not connected since ", time: noon - 90 * MINUTE, as: "moment", after: ": no broker" };
    assert.equal(sentenceWords(since, noon), "Not connected since 10:30: no broker");
    assert.equal(sentenceWords({ before: "fetched now: high", time: null, as: "moment", after: "" }, noon), "Fetched now: high");
    const heard = { before: "it last asked the server ", time: noon - 2 * MINUTE, as: "distance", after: "" };
    assert.equal(sentenceWords(heard, noon), "It last asked the server 2 min ago");
});
