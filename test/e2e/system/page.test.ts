import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import {
    type Emulator,
    type EmulatorOptions,
    realClock,
    SteppedClock,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { roleArn } from "../../support/account";
import { ROAClient, RPCClient } from "../../emulator/clients";

type Verb = "interrupt" | "resume" | "describe";

const orders = "ls-cn-4591f1y6ord01";
const audit = "ls-cn-4591f1y6aud02";
const metrics = "ls-cn-7m2k09c3met05";
const role = { arn: roleArn("deployer"), trusts: [testAccount.accessKeyId] };
const tables = ["instances", "effects", "requests", "credentials"] as const;

/** Asks as the package does, and ignores the answer: the page shows what became of it. */
async function ask(url: string, verb: Verb, instanceId: string, clientToken?: string): Promise<void> {
    const client = new ROAClient({ endpoint: url, apiVersion: "2017-06-13", ...testAccount });
    const path = `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    const query = clientToken === undefined ? {} : { clientToken };
    const asked =
        verb === "describe"
            ? client.request("GET", path, query, "", {})
            : client.request("POST", `${path}/actions/${verb}`, query, "", {});
    await asked.catch(() => undefined);
}

function tokenOf(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}

describe("emulator: page", function () {
    this.timeout(60_000);
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    let emulator: Emulator;
    let clock: SteppedClock;
    let complaints: string[];
    let asked: Set<string>;

    const rows = (table: (typeof tables)[number], text: string | RegExp = "") =>
        page.locator(`#${table}-table tbody tr`).filter({ hasText: text });
    const sees = (table: (typeof tables)[number], text: string | RegExp) => rows(table, text).first().waitFor();
    const numbers = (table: (typeof tables)[number]) => rows(table).locator("td:first-child").allInnerTexts();

    before(async () => {
        browser = await chromium.launch({
            executablePath: "/usr/bin/chromium",
            args: [
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        });
    });
    after(() => browser?.close());

    async function open(options: EmulatorOptions): Promise<void> {
        clock = new SteppedClock(Date.parse("2026-03-02T09:40:00Z"));
        emulator = await startEmulator({ clock, ...options });
        context = await browser.newContext({ timezoneId: "UTC", viewport: { width: 1200, height: 800 } });
        complaints = [];
        asked = new Set();
        context.on("request", (request) => asked.add(new URL(request.url()).origin));
        page = await context.newPage();
        page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
        await page.goto(emulator.url);
        await page.getByRole("status").getByText("live").waitFor();
    }

    afterEach(async () => {
        await context?.close();
        await emulator?.stop();
    });

    it("shows a deployment as it happens", async () => {
        await open({
            roles: [role],
            instances: [
                { instanceId: orders, description: "orders pipeline", changeMs: 600_000, interruptMs: 60_000 },
                { instanceId: audit, description: "audit pipeline", status: "active" },
                { instanceId: metrics, region: "cn-shanghai", status: "suspended", resumeMs: 1_200_000 },
            ],
        });
        const token = tokenOf("release 1");
        assert.equal(await page.title(), "Logstash emulator");
        await sees("instances", /orders pipeline.*activating.*0 %.*cn-hangzhou/s);
        await page.getByText("None yet: nothing has been interrupted or resumed.").waitFor();
        await page
            .getByText(`pulumi config set --path 'alicloud:endpoints[0].elasticsearch' ${emulator.url}`)
            .waitFor();
        assert.equal(await page.getByText("Calls for credentials").isVisible(), false);

        clock.advance(108_250);
        await sees("instances", "18 %");
        await fetch(`${emulator.url}/openapi/logstashes/${orders}/actions/interrupt`, { method: "POST" });
        await sees("requests", /09:41:48\.250.*InterruptLogstashTask.*ls-cn-4591f1y6ord01.*400.*MissingAccessKeyId/s);

        clock.advance(2_120);
        await new RPCClient({ endpoint: emulator.url, apiVersion: "2015-04-01", ...testAccount }).request(
            "AssumeRole",
            { RoleArn: role.arn, RoleSessionName: "release" },
            { method: "POST" },
        );
        await sees("credentials", /AssumeRole.*role\/deployer.*200.*STS\./s);

        const operation = "InterruptLogstashTask";
        emulator.faults.add({ operation, instanceId: orders, calls: 1, fault: { kind: "throttling", form: "user" } });
        emulator.faults.add({ operation, instanceId: orders, calls: 2, fault: { kind: "reset", point: "after" } });
        await ask(emulator.url, "interrupt", orders, token);
        await sees("requests", /400.*Throttling\.User.*fault: throttling/s);
        assert.equal(await rows("effects").count(), 0);

        clock.advance(1_004);
        await ask(emulator.url, "interrupt", orders, token);
        await sees("requests", /connection reset.*effect 1.*fault: reset/s);
        await sees("effects", /1.*InterruptLogstashTask.*ls-cn-4591f1y6ord01/s);
        assert.equal(await page.locator("#news").innerText(), `Effect 1: InterruptLogstashTask on ${orders}.`);
        const shown = rows("effects").getByTitle(token);
        assert.equal(await shown.innerText(), token);
        assert.ok(((await shown.boundingBox())?.width ?? 0) < 100, "the token is drawn short");

        clock.advance(2_131);
        await ask(emulator.url, "interrupt", orders, token);
        await sees("requests", /200.*replay/s);
        assert.equal(await rows("effects").count(), 1);

        clock.advance(409);
        await ask(emulator.url, "describe", orders);
        await sees("instances", /orders pipeline.*activating/s);
        clock.advance(1_530);
        await fetch(`${emulator.url}/_emulator/instances/${orders}/step`, { method: "POST" });
        await sees("instances", /orders pipeline.*suspended/s);
        assert.equal(await page.locator("#news").innerText(), `${orders} is suspended.`);
        await ask(emulator.url, "describe", orders);

        clock.advance(6_020);
        await ask(emulator.url, "interrupt", audit, tokenOf("release 2"));
        await sees("requests", /400.*InstanceStatusNotSupportCurrentAction/s);
        clock.advance(873);
        await ask(emulator.url, "resume", metrics, tokenOf("release 3"));
        await sees("effects", /2.*ResumeLogstashTask/s);
        await sees("instances", /met05.*activating.*cn-shanghai/s);
        emulator.faults.add({ instanceId: audit, fault: { kind: "hang", point: "before" } });
        clock.advance(96_400);
        const hanging = ask(emulator.url, "describe", audit);
        await sees("requests", /open.*fault: hang/s);

        assert.deepEqual(await numbers("requests"), ["9", "8", "7", "6", "5", "4", "3", "2", "1"]);
        assert.deepEqual(await numbers("effects"), ["2", "1"]);
        await looksGood();
        assert.deepEqual(complaints, []);
        assert.deepEqual([...asked], [emulator.url]);

        await emulator.stop();
        await hanging;
        await page.getByRole("status").getByText("disconnected, trying again").waitFor();
        emulator = await startEmulator({
            port: Number(new URL(emulator.url).port),
            instances: [{ instanceId: audit }],
        });
        await page.getByRole("status").getByText("live").waitFor();
        await sees("instances", audit);
        await rows("instances", orders).waitFor({ state: "detached" });
        assert.equal(await rows("requests").count(), 0);
    });

    it("shows whatever it is told as text", async () => {
        const hostile = `<img src=x onerror="document.title=1"><script>document.title=1</script>`;
        await open({ instances: [{ instanceId: hostile, description: `</table>${hostile}`, status: hostile }] });
        emulator.faults.add({ fault: { kind: "rejection", status: 400, code: hostile, message: hostile } });
        await ask(emulator.url, "interrupt", hostile, hostile);
        await fetch(`${emulator.url}/openapi/logstashes/${encodeURIComponent(hostile)}`, {
            headers: { authorization: `acs ${hostile}:signature` },
        });
        await fetch(`${emulator.url}/_emulator/credentials-uri/${encodeURIComponent(hostile)}`);
        emulator.setStatus(hostile, "activating");
        for (const table of tables.filter((name) => name !== "effects")) {
            await sees(table, hostile);
        }
        assert.equal(await rows("requests", hostile).count(), 2);
        await page.getByText(`${hostile} is activating.`).waitFor({ state: "attached" });
        assert.equal(await page.locator(".code").filter({ hasText: hostile }).count(), 1);
        assert.equal(await page.locator("main img, main script").count(), 0);
        assert.equal(await page.title(), "Logstash emulator");
        await fits(400);
        await fits(1200);
        assert.deepEqual(complaints, []);
        // Even a mistake of ours could not make HTML of it.
        await assert.rejects(page.evaluate(`document.body.innerHTML = "<p>"`), /TrustedHTML/);
    });

    it("shows the newest 200 of many requests", async () => {
        await open({ instances: [{ instanceId: orders }] });
        await Promise.all(Array.from({ length: 250 }, () => fetch(`${emulator.url}/openapi/logstashes/${orders}`)));
        await page.getByRole("heading", { name: "Requests 250, 200 of them shown" }).waitFor();
        const all = await numbers("requests");
        assert.equal(all.length, 200);
        assert.equal(all[0], "250");
    });

    it("says what to do when there is nothing to see", async () => {
        await open({});
        await page.getByText("None. The option --instance of the emulator adds one.").waitFor();
        assert.deepEqual(await page.getByRole("table").all(), []);
        emulator.addInstance({ instanceId: orders });
        await sees("instances", orders);
    });

    /** Takes the screenshots; SCREENSHOTS names a folder to keep them in. */
    async function looksGood(): Promise<void> {
        const kept = process.env.SCREENSHOTS;
        const folder = kept ?? mkdtempSync(join(tmpdir(), "emulator-page-"));
        try {
            const pictures = new Set<string>();
            for (const width of [360, 1040, 1041, 1180, 1181, 1920]) {
                await fits(width);
            }
            for (const width of [1200, 400]) {
                await fits(width);
                for (const colorScheme of ["light", "dark"] as const) {
                    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
                    const path = join(folder, `${width}-${colorScheme}.png`);
                    const picture = await page.screenshot({ path, fullPage: true, animations: "disabled" });
                    assert.equal(readFileSync(path).readUInt32BE(16), width);
                    pictures.add(picture.toString("base64"));
                }
            }
            assert.equal(pictures.size, 4);
            if (process.env.UPDATE_SCREENSHOT) {
                copyFileSync(join(folder, "1200-light.png"), resolve(__dirname, "../../docs/emulator.png"));
            }
        } finally {
            if (kept === undefined) {
                rmSync(folder, { recursive: true });
            }
        }
    }

    /** At this width nothing scrolls sideways, only what ends in an ellipsis is cut off, and tables stay tables. */
    async function fits(width: number): Promise<void> {
        await page.setViewportSize({ width, height: 800 });
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
        const cut = await page
            .locator("section:visible, td:visible:not(.region)")
            .evaluateAll((found) =>
                found.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent),
            );
        assert.deepEqual(cut, [], `cut off at a width of ${width}`);
        const count = await rows("requests").count();
        assert.equal(
            await page
                .getByRole("table", { name: /^Requests/ })
                .getByRole("row")
                .count(),
            count + 1,
        );
    }
});

describe("emulator: events", () => {
    it("cost nothing while nobody watches, and end with the emulator", async () => {
        let looks = 0;
        const counting = {
            ...realClock,
            now: () => {
                looks += 1;
                return realClock.now();
            },
        };
        const emulator = await startEmulator({
            clock: counting,
            instances: [{ instanceId: orders, status: "active" }],
        });
        const watch = async (signal: AbortSignal) => {
            const response = await fetch(`${emulator.url}/_emulator/events`, { signal });
            assert.equal(response.headers.get("content-type"), "text/event-stream");
            const chunks = (response.body ?? assert.fail("no body")).pipeThrough(new TextDecoderStream()).values();
            return async (pattern: RegExp) => {
                for await (const chunk of { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }) {
                    if (pattern.test(chunk)) {
                        return;
                    }
                }
            };
        };
        try {
            const leaving = new AbortController();
            const seen = await watch(leaving.signal);
            await seen(/"status":"active"/);
            emulator.setStatus(orders, "suspended");
            await seen(/"status":"suspended"/);
            leaving.abort();
            await setTimeout(500);
            const before = looks;
            await setTimeout(1000);
            assert.equal(looks, before);

            const seenAgain = await watch(new AbortController().signal);
            await seenAgain(/"status":"suspended"/);
            await emulator.stop();
            await assert.rejects(seenAgain(/never/), /terminated/);
        } finally {
            await emulator.stop();
        }
    });
});
