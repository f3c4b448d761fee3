import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectEngineLog } from "../../../provider/src/engine/engineLog";
import { Engine, type EngineOptions } from "./engine";

const urn = "urn:pulumi:dev::test::a:b:C::name";
const line = { message: "waiting: activating", ephemeral: true };

describe("a line for the engine", () => {
    const engines: Engine[] = [];
    async function engineOf(options?: EngineOptions): Promise<Engine> {
        const engine = await Engine.start(options);
        engines.push(engine);
        return engine;
    }
    afterEach(() => {
        for (const engine of engines.splice(0)) {
            engine.stop();
        }
    });

    it("is shown beside its resource, and is never an error, which would count as a failure", async () => {
        const engine = await engineOf();
        const log = connectEngineLog(["node", "server", "--tracing", "127.0.0.1:1", engine.address]);
        await log(urn, line);
        await log(`${urn}2`, { message: "careful", ephemeral: false, isWarning: true });
        assert.deepEqual(engine.lines, [
            { urn, ...line, severity: "INFO" },
            { urn: `${urn}2`, message: "careful", ephemeral: false, severity: "WARNING" },
        ]);
    });

    it("holds nothing up when the engine takes it and does not respond", async () => {
        const engine = await engineOf({ mute: true });
        const started = performance.now();
        await connectEngineLog([engine.address])(urn, line);
        const took = performance.now() - started;
        assert.equal(engine.lines.length, 1);
        assert.ok(took > 1_500 && took < 5_000, `${took} ms`);
    });

    for (const args of [[], ["--help"], ["node", "server", ""], ["127.0.0.1"], ["unix:///tmp/socket"]]) {
        it(`is lost when there is no address of an engine in ${JSON.stringify(args)}`, async () => {
            const started = performance.now();
            await connectEngineLog(args)(urn, line);
            assert.ok(performance.now() - started < 1_500);
        });
    }

    it("goes to no other address that gRPC would accept", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-engine-"));
        try {
            const socket = join(folder, "engine:1");
            const [near, far] = [await engineOf({ socket }), await engineOf()];
            for (const address of [`unix:${socket}`, `ipv4:${far.address},127.0.0.1:1`]) {
                await connectEngineLog([address])(urn, line);
            }
            assert.deepEqual([...near.lines, ...far.lines], []);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
