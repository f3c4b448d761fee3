import { strict as assert } from "node:assert";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { startPlugin } from "../../provider/src/plugin/server";
import { structOf } from "../../provider/src/plugin/values";
import { pluginInterruptType, urnOf } from "../support/urns";
import { secret, unknown } from "./anyValue";
import { failureOf, type Properties } from "./calls";
import { Host } from "./host";
import { providerArgumentsFor } from "./providerArguments";

const urn = urnOf("pause", { type: pluginInterruptType });
const root = dirname(require.resolve("pulumi-alicloud-logstash/package.json"));

describe("what the engine asks a plugin", () => {
    let emulator: Emulator;
    let host: Host;
    before(async () => {
        emulator = await startEmulator();
    });
    after(() => emulator.stop());
    beforeEach(async () => {
        host = await Host.ofPlugin({ urn, config: providerArgumentsFor(emulator) });
    });
    afterEach(() => host.stop());

    it("is answered with the version and the schema of the package", async () => {
        const { client } = host;
        const info = await promisify<Empty, PluginInfo>(client.getPluginInfo.bind(client))(new Empty());
        const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
        assert.equal(info.getVersion(), version);
        const getSchema = promisify<rpc.GetSchemaRequest, rpc.GetSchemaResponse>(client.getSchema.bind(client));
        const schema = await getSchema(new rpc.GetSchemaRequest());
        assert.equal(schema.getSchema(), readFileSync(join(root, "schema.json"), "utf8"));
    });

    it("is answered with what it can be given: secrets, and resources that are refused", async () => {
        const { client } = host;
        const request = new rpc.ConfigureRequest();
        request.setName("default");
        request.setArgs(Struct.fromJavaScript(providerArgumentsFor(emulator) as Record<string, JavaScriptValue>));
        const configure = promisify<rpc.ConfigureRequest, rpc.ConfigureResponse>(client.configure.bind(client));
        const response = await configure(request);
        assert.equal(response.getAcceptsecrets(), true);
        assert.equal(response.getAcceptresources(), true);
    });

    it("sends nothing for a create or an update in a preview, and returns what is known", async () => {
        const { client } = host;
        const inputs = { instanceId: "ls-cn-service04", region: "cn-hangzhou", triggers: [secret("v1")] };
        emulator.addInstance({ instanceId: inputs.instanceId, region: "cn-hangzhou", status: "activating" });
        const results = { clientToken: unknown, requestId: unknown, status: unknown, interrupted: unknown };
        const undecided = { ...inputs, ...results, interruptedAt: unknown, interruption: unknown };

        const creating = new rpc.CreateRequest();
        creating.setUrn(urn);
        creating.setProperties(structOf(inputs));
        creating.setPreview(true);
        const create = promisify<rpc.CreateRequest, rpc.CreateResponse>(client.create.bind(client));
        assert.deepEqual((await create(creating)).getProperties()?.toJavaScript(), undecided);

        const recorded = { clientToken: "T", status: "suspended", interrupted: false };
        const updated = async (news: Properties) => {
            const request = new rpc.UpdateRequest();
            request.setUrn(urn);
            request.setId(inputs.instanceId);
            request.setOlds(structOf({ ...inputs, ...recorded }));
            request.setNews(structOf(news));
            request.setPreview(true);
            const update = promisify<rpc.UpdateRequest, rpc.UpdateResponse>(client.update.bind(client));
            return (await update(request)).getProperties()?.toJavaScript();
        };
        const requesting = { ...inputs, triggers: ["v2"] };
        assert.deepEqual(await updated(requesting), { ...undecided, ...requesting });
        const recording = { ...inputs, timeoutSeconds: 9 };
        assert.deepEqual(await updated(recording), { ...recording, ...recorded });
        assert.deepEqual(emulator.ledger.requestsTo("InterruptLogstashTask", inputs.instanceId), []);
    });

    it("replaces what has moved, and nothing else", async () => {
        const olds = { instanceId: "ls-cn-service01", region: "cn-hangzhou" };
        assert.deepEqual((await host.diff(olds, { ...olds, instanceId: "ls-cn-service02" })).replaces, ["instanceId"]);
        assert.deepEqual((await host.diff(olds, olds)).replaces, []);
    });

    it("keeps on a refresh the inputs and the outputs as they are", async () => {
        const { client } = host;
        const request = new rpc.ReadRequest();
        request.setId("ls-cn-service01");
        request.setUrn(urn);
        request.setProperties(Struct.fromJavaScript({ instanceId: "ls-cn-service01", status: "suspended" }));
        request.setInputs(Struct.fromJavaScript({ instanceId: "ls-cn-service01" }));
        const read = promisify<rpc.ReadRequest, rpc.ReadResponse>(client.read.bind(client));
        const response = await read(request);
        assert.deepEqual(response.getInputs()?.toJavaScript(), { instanceId: "ls-cn-service01" });
        assert.equal(response.getProperties()?.toJavaScript().status, "suspended");
    });

    it("is refused what has no record to keep", async () => {
        const { client } = host;
        const request = new rpc.ReadRequest();
        request.setId("ls-cn-service01");
        request.setUrn(urn);
        const read = promisify<rpc.ReadRequest, rpc.ReadResponse>(client.read.bind(client));
        await assert.rejects(read(request), /neither imported nor read by ID/);
    });

    it("is told of a half success with its ID, its reason and the record", async () => {
        const instanceId = "ls-cn-service03";
        emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating", interruptMs: 600_000 });
        const failure = await failureOf(host.create({ instanceId, region: "cn-hangzhou", timeoutSeconds: 1 }));
        assert.equal(failure.initFailure?.id, instanceId);
        assert.equal(failure.initFailure?.reasons.length, 1);
        assert.equal(failure.initFailure?.reasons[0], failure.message);
        assert.match(failure.message, /accepted, but not seen through/);
        assert.equal(failure.initFailure?.properties.instanceId, instanceId);
    });

    it("is answered when a resource is deleted, and nothing is sent", async () => {
        const sent = emulator.ledger.requests.length;
        await host.delete({ instanceId: "ls-cn-service01" });
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("is rejected by its path when a trigger is longer than a message usually is", async () => {
        const triggers = ["x".repeat(5 * 2 ** 20)];
        const { failures } = await host.check({}, { instanceId: "ls-cn-service01", triggers });
        assert.match(failures.join(), /^\|triggers: has more than 100 kB in all/);
    });

    it("is answered no more once the server is closed", async () => {
        const closed = await startPlugin({ argv: [], env: {} }, new AbortController().signal);
        closed.close();
        await assert.rejects(once(connect(closed.port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
    });

    it("needs no name of the provider, which older engines and SDKs do not know", async () => {
        const { prototype } = rpc.ConfigureRequest;
        const hasName = Object.getOwnPropertyDescriptor(prototype, "hasName") ?? assert.fail("there is none");
        Reflect.deleteProperty(prototype, "hasName");
        try {
            const old = await Host.ofPlugin({ urn, provider: "mine", config: { regoin: "cn-beijing" } });
            const { failures } = await old.check({}, { instanceId: "ls-cn-service01", region: "cn-hangzhou" });
            await old.stop();
            assert.match(failures.join("\n"), /"regoin" is not a key under alicloud-logstash:/);
        } finally {
            Object.defineProperty(prototype, "hasName", hasName);
        }
    });

    it("is refused at the check of a resource where an argument of the provider is unknown", async () => {
        const wrong = await Host.ofPlugin({ urn, config: { region: "cn-hangzhou", regoin: "cn-beijing" } });
        const { failures } = await wrong.check({}, { instanceId: "ls-cn-service01" });
        await wrong.stop();
        assert.match(failures.join("\n"), /"regoin" is not a key under alicloud-logstash:/);
    });
});
