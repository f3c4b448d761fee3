import { strict as assert } from "node:assert";
import { connectEngineLog } from "../../../provider/src/engine/engineLog";
import { Engine } from "./engine";

const urn = "urn:pulumi:dev::test::a:b:C::name";
const line = { message: "waiting: activating", ephemeral: true };

describe("a line for the engine", () => {
    const engines: Engine[] = [];
    async function engineOf(isMute = false): Promise<Engine> {
        const engine = await Engine.start(isMute);
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
        const engine = await engineOf(true);
        const started = performance.now();
        await connectEngineLog([engine.address])(urn, line);
        const took = performance.now() - started;
        assert.equal(engine.lines.length, 1);
        assert.ok(took > 1_500 && took < 5_000, `${took} ms`);
    });

    it("is lost when no address is that of an engine, even if gRPC would accept it", async () => {
        const { address, lines } = await engineOf();
        const others = [[], ["--help"], [""], ["127.0.0.1"], ["unix:///tmp/socket"], [`ipv4:${address},127.0.0.1:1`]];
        for (const args of others) {
            const started = performance.now();
            await connectEngineLog(args)(urn, line);
            assert.ok(performance.now() - started < 1_500, args.join());
        }
        assert.deepEqual(lines, []);
    });
});
