import { strict as assert } from "node:assert";
import type { Request } from "../../provider/src/request/run";
import { acceptance, accepted, done, is, messageOf, play, throttled, wrongPhase } from "./playedRequest";
import { unconnected } from "./replies";

const refused = unconnected("ECONNREFUSED");
const minutes: Partial<Request> = { timeoutSeconds: 600 };
const resume: Partial<Request> = { operation: "ResumeLogstashTask", ...minutes };
const acceptedEarlier = { earlier: { acceptance: { at: acceptance.acceptedAt, requestId: "R-yes" } } };

describe("the time of a request", () => {
    it("is a minute where no connection is ever made, and the whole of it where one stands late", async () => {
        const never = await play({ sends: [refused] }, minutes);
        assert.ok(never.elapsedMs >= 58_000 && never.elapsedMs <= 60_000, `${never.elapsedMs} ms`);
        const late = await play({ sends: [refused, refused, throttled] }, minutes);
        assert.match(messageOf(late.outcome, "failed"), /not accepted within 600 s[\s\S]*Throttling/);
        assert.ok(late.elapsedMs >= 598_000, `${late.elapsedMs} ms`);
    });

    it("is that minute from the beginning of the first attempt to connect, which may take long itself", async () => {
        const silent = unconnected("ConnectTimeout", { afterMs: 10_000 });
        const { outcome, elapsedMs } = await play({ sends: [silent] }, minutes);
        assert.match(messageOf(outcome, "failed"), /no connection to a\.test was ever made/);
        assert.ok(elapsedMs >= 50_000 && elapsedMs <= 60_000, `${elapsedMs} ms`);
    });

    it("is a minute too where it is only looked at, and no connection is ever made", async () => {
        const { outcome, elapsedMs, tokens } = await play(
            { looks: [refused] },
            { ...minutes, ...acceptedEarlier, wait: true },
        );
        assert.match(messageOf(outcome, "pending"), /nobody can look: no connection to a\.test was ever made/);
        assert.ok(elapsedMs <= 60_000, `${elapsedMs} ms`);
        assert.deepEqual(tokens, []);
    });

    it("is the whole of it where nothing has tried to connect, and no connection is blamed", async () => {
        const { outcome, elapsedMs } = await play({ sends: [{ kind: "notSent", detail: "no credentials" }] });
        const message = messageOf(outcome, "failed");
        assert.match(message, /not accepted within 60 s[\s\S]*no credentials/);
        assert.doesNotMatch(message, /connection/);
        assert.ok(elapsedMs >= 58_000, `${elapsedMs} ms`);
    });

    it("has the first look at once, the next a second later, and then fewer the longer it takes", async () => {
        const looks = [is("activating"), is("activating"), is("activating"), is("suspended")];
        const { outcome, looksAtMs } = await play({ looks });
        assert.deepEqual(outcome, done("suspended", true));
        assert.deepEqual(looksAtMs, [0, 1_000, 2_500, 4_750]);
    });

    it("is a minute of looks where an acceptance will do, from the first look on, and does not begin before it", async () => {
        const sends = [...Array.from({ length: 7 }, () => throttled), accepted];
        const { outcome, looksAtMs, elapsedMs } = await play({ sends, looks: [throttled] }, resume);
        assert.deepEqual(outcome, done("accepted"));
        const lookedMs = elapsedMs - (looksAtMs[0] ?? assert.fail("nobody looked"));
        assert.ok(lookedMs >= 60_000 && lookedMs < 90_000, `${lookedMs} ms`);
    });
});

describe("what went wrong last", () => {
    it("stays what it was where a look only explains it", async () => {
        const { outcome, lines } = await play({ sends: [wrongPhase], looks: [is("activating")] });
        assert.match(messageOf(outcome, "failed"), /InstanceActivating/);
        assert.ok(lines.some(({ message }) => /InstanceActivating.*retrying with the same client token/.test(message)));
    });

    it("is named by the call it came from", async () => {
        const { outcome, lines } = await play({ looks: [throttled] });
        assert.match(messageOf(outcome, "pending"), /Throttling\.User.*, from DescribeLogstash/);
        const notes = lines.filter(({ ephemeral }) => !ephemeral).map(({ message }) => message);
        assert.equal(notes.length, 1);
        assert.match(notes[0] ?? "", /^DescribeLogstash: Throttling.*retrying$/);
    });

    it("is nothing after an acceptance, while the first look takes its time", async () => {
        const { outcome, lines } = await play({ sends: [throttled, accepted], looks: ["hang"] }, {}, 3_000);
        assert.doesNotMatch(messageOf(outcome, "pending"), /Throttling/);
        assert.match(lines.at(-1)?.message ?? "", /^polling, \d+ s left$/);
    });
});

describe("a request that has ended", () => {
    it("leaves no timer behind", async () => {
        assert.equal((await play({})).timersLeft, 0);
        assert.equal((await play({ sends: [refused] })).timersLeft, 0);
    });

    it("by a mistake of ours was not stopped by anybody", async () => {
        const random = () => {
            throw new Error("nobody thought of this");
        };
        await assert.rejects(play({ sends: [throttled], random }), /nobody thought of this/);
    });
});

describe("a stopped deployment", () => {
    it("sends nothing where it was stopped before it began, and records nothing", async () => {
        const { outcome, tokens } = await play({}, {}, 0);
        assert.match(messageOf(outcome, "failed"), /not sent: the deployment was stopped/);
        assert.deepEqual(tokens, []);
    });

    it("is in no doubt about a refused request whose look it ends", async () => {
        const { outcome } = await play({ sends: [wrongPhase], looks: ["hang"] }, {}, 3_000);
        assert.match(messageOf(outcome, "failed"), /not accepted: the deployment was stopped/);
    });
});
