import assert from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Emulator, type EmulatorOptions, SteppedClock, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { popCoreClient } from "../../integration/emulator/clients";

const orders = "ls-cn-4591f1y6ord01";
const audit = "ls-cn-4591f1y6aud02";
const metrics = "ls-cn-7m2k09c3met05";
const role = { arn: "acs:ram::1234567890123456:role/deployer" };
type Table = "instances" | "effects" | "requests" | "credentials";

/** Sends a request and ignores its outcome, which the page shows. */
async function send(emulator: Emulator, verb: "interrupt" | "resume" | "describe", id: string, token?: string) {
    await popCoreClient(emulator.url)
        [verb](id, token)
        .catch(() => undefined);
}

describe("emulator: page", function () {
    this.timeout(60_000);
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;
    let emulator: Emulator;
    let clock: SteppedClock;
    let complaints: string[];

    const rows = (table: Table, text: string | RegExp = "") =>
        page.locator(`#${table}-table tbody tr`).filter({ hasText: text });
    const sees = (table: Table, text: string | RegExp) => rows(table, text).first().waitFor();
    const numbers = (table: Table) => rows(table).locator("td:first-child").allInnerTexts();
    before(async () => {
        const noNetwork = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";
        const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", noNetwork];
        browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
    });
    after(() => browser?.close());

    async function open(options: EmulatorOptions): Promise<void> {
        clock = new SteppedClock(Date.parse("2026-03-02T09:40:00Z"));
        emulator = await startEmulator({ clock, ...options });
        context = await browser.newContext({ timezoneId: "UTC", viewport: { width: 1200, height: 800 } });
        complaints = [];
        page = await context.newPage();
        page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", (error) => complaints.push(error.message));
        context.on("request", (request) => {
            if (new URL(request.url()).origin !== new URL(emulator.url).origin) {
                complaints.push(`request: ${request.url()}`);
            }
        });
        await page.goto(emulator.url);
        await page.getByRole("status").getByText("live").waitFor();
    }

    afterEach(async () => {
        await context?.close();
        await emulator?.stop();
    });

    it("shows instances, effects, requests and credentials when they change", async () => {
        await open({
            roles: [role],
            instances: [
                { instanceId: orders, description: "orders pipeline", changeMs: 600_000, interruptMs: 60_000 },
                { instanceId: audit, description: "audit pipeline", status: "active" },
                { instanceId: metrics, region: "cn-shanghai", status: "suspended", resumeMs: 1_200_000 },
            ],
        });
        await sees("instances", /orders pipeline.*activating.*0 %.*cn-hangzhou/s);
        await page.getByText("No effects yet: no instance was interrupted or resumed.").waitFor();
        await page.getByText(`'alicloud:endpoints[0].elasticsearch' ${emulator.url}`).waitFor();
        await page.getByText("Times are in UTC.").waitFor();

        clock.advance(108_250);
        await sees("instances", "18 %");
        await fetch(`${emulator.url}/openapi/logstashes/${orders}/actions/interrupt`, { method: "POST" });
        await sees("requests", /09:41:48\.250.*InterruptLogstashTask.*ls-cn-4591f1y6ord01.*400.*MissingAccessKeyId/s);
        await fetch(`${emulator.url}/_emulator/credentials-uri/deployer`);
        await sees("credentials", /GetCredentialsUri.*deployer.*200.*STS\./s);

        const token = "c40ffd4b1da7805cbba7f81a2f97c3ef3aa9d1455588357845a94165683a9c23";
        const operation = "InterruptLogstashTask";
        emulator.faults.add({ operation, instanceId: orders, calls: 1, fault: { kind: "throttling", form: "user" } });
        emulator.faults.add({ operation, instanceId: orders, calls: 2, fault: { kind: "reset", point: "after" } });
        await send(emulator, "interrupt", orders, token);
        await sees("requests", /400.*Throttling\.User.*fault: throttling/s);
        await send(emulator, "interrupt", orders, token);
        await sees("requests", /connection reset.*effect 1.*fault: reset/s);
        await sees("effects", /1.*InterruptLogstashTask.*ls-cn-4591f1y6ord01/s);
        assert.equal(await page.locator("#news").innerText(), `Effect 1: InterruptLogstashTask on ${orders}.`);
        await send(emulator, "interrupt", orders, token);
        await sees("requests", /200.*replay/s);
        assert.equal(await rows("effects").count(), 1);

        await rows("instances", orders).getByRole("button", { name: "Step to suspended" }).click();
        await rows("instances", orders).getByText("suspended", { exact: true }).waitFor();
        assert.equal(await page.locator("#news").innerText(), `${orders} is suspended.`);
        await send(emulator, "resume", metrics, "release-3");
        await sees("effects", /2.*ResumeLogstashTask/s);
        emulator.faults.add({ instanceId: audit, fault: { kind: "hang", point: "before" } });
        clock.advance(96_400);
        void send(emulator, "describe", audit);
        await sees("requests", /open.*fault: hang/s);
        assert.deepEqual(await numbers("requests"), ["6", "5", "4", "3", "2", "1"]);
        assert.deepEqual(await numbers("effects"), ["2", "1"]);
        await fits(1200);
        await fits(400);
        assert.deepEqual(complaints, []);
    });

    it("shows every text as text when it looks like HTML", async () => {
        const hostile = `<img src=x onerror="document.title=1"><script>document.title=1</script>`;
        await open({ instances: [{ instanceId: hostile, description: `</table>${hostile}`, status: hostile }] });
        emulator.faults.add({ fault: { kind: "rejection", status: 400, code: hostile, message: hostile } });
        await send(emulator, "interrupt", hostile, hostile);
        await fetch(`${emulator.url}/_emulator/credentials-uri/${encodeURIComponent(hostile)}`);
        emulator.setStatus(hostile, "activating");
        for (const table of ["instances", "requests", "credentials"] as const) {
            await sees(table, hostile);
        }
        await page.getByText(`${hostile} is activating.`).waitFor({ state: "attached" });
        assert.equal(await page.locator("main img, main script").count(), 0);
        assert.equal(await page.title(), "Logstash emulator");
        await fits(400);
        await fits(1200);
        assert.deepEqual(complaints, []);
        await assert.rejects(page.evaluate(`document.body.innerHTML = "<p>"`), /TrustedHTML/);
    });

    /** At this width nothing scrolls sideways, nothing but the end of a long text is cut, and tables stay tables. */
    async function fits(width: number): Promise<void> {
        await page.setViewportSize({ width, height: 800 });
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
        const cut = await page
            .locator("section:visible, td:visible:not(.region)")
            .evaluateAll((found) =>
                found.filter((it) => it.scrollWidth > it.clientWidth + 1).map((it) => it.textContent),
            );
        assert.deepEqual(cut, [], `cut off at a width of ${width}`);
        const table = page.getByRole("table", { name: /^Instances/ });
        assert.equal(await table.getByRole("row").count(), (await rows("instances").count()) + 1);
    }
});
