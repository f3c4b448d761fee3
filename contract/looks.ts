import { classifyLook } from "../provider/src/request/classify";
import { behaviour, type Checked, codeRow, emulator, provider, sources } from "./assumption";
import { wordOf } from "./visit";

const hourMs = 3_600_000;

/** What looks alone can check. */
export const looks = {
    signature: {
        claim: "a call signed with HMAC-SHA1 in the ROA style is let in",
        source: "the vendor's page on ROA signatures",
        restsOn: [behaviour("signatures"), provider("cloud/popcore.ts", 'require("@alicloud/pop-core") as')],
        when: "any",
        expected: ["let in"],
        async check(visit) {
            const reply = await visit.look();
            return reply.kind === "body" ? "let in" : wordOf(reply);
        },
    },
    status: {
        claim: "the status of an instance is one of these words",
        source: `${sources.describe}; suspended: ${sources.interrupt}`,
        restsOn: [
            emulator("cloud/phase.ts", "export type InstanceStatus ="),
            provider("core/operations.ts", "type DocumentedStatus ="),
        ],
        when: "any",
        expected: ["active", "activating", "suspended", "inactive", "invalid"],
        async check(visit) {
            const reply = await visit.look();
            const look = classifyLook(reply);
            return look.kind === "seen" ? look.status : wordOf(reply);
        },
    },
    progress: {
        claim: "while a change runs, the first of `clusterTasks` has its progress",
        source: `a sample on ${sources.describe}`,
        restsOn: [behaviour("progress"), provider("core/classify.ts", "function progressOf(")],
        when: "seenChanging",
        expected: ["a number"],
        async check(visit) {
            const look = classifyLook(await visit.look());
            return look.kind === "seen" && look.progress !== undefined ? "a number" : "none";
        },
    },
    unknownKey: {
        claim: "an access key that nobody has is refused with this code",
        source: sources.errors,
        restsOn: [
            emulator("identities/identities.ts", '"InvalidAccessKeyId.NotFound"'),
            codeRow("InvalidAccessKeyId*"),
        ],
        when: "any",
        expected: ["InvalidAccessKeyId.NotFound"],
        check: async (visit) =>
            wordOf(
                await visit.look({ credentials: () => ({ accessKeyId: "LTAInobody", accessKeySecret: "nothing" }) }),
            ),
    },
    wrongSecret: {
        claim: "a call signed with a wrong secret is refused with this code",
        source: sources.errors,
        restsOn: [emulator("identities/signature.ts", "export function mismatch("), codeRow("SignatureDoesNotMatch")],
        when: "any",
        expected: ["SignatureDoesNotMatch"],
        check: async (visit) =>
            wordOf(await visit.look({ credentials: (own) => ({ ...own, accessKeySecret: "not the secret" }) })),
    },
    errorFields: {
        claim: "a refusal has these fields",
        source: sources.errors,
        restsOn: [
            emulator("http/answers.ts", "RequestId: identity.requestId"),
            provider("cloud/popcoreReply.ts", "function errorFields("),
        ],
        when: "any",
        expected: ["Code, Message, RequestId"],
        async check(visit) {
            const reply = await visit.look({ credentials: (own) => ({ ...own, accessKeySecret: "not the secret" }) });
            if (reply.kind !== "error") {
                return wordOf(reply);
            }
            const fields = { Code: reply.code, Message: reply.message, RequestId: reply.requestId };
            return Object.entries(fields)
                .flatMap(([name, value]) => (value ? [name] : []))
                .join(", ");
        },
    },
    staleDate: {
        claim: "a call whose date is an hour old is refused with this code",
        source: sources.errors,
        restsOn: [emulator("identities/signature.ts", "const windowMs ="), codeRow("InvalidTimeStamp*")],
        when: "any",
        expected: ["InvalidTimeStamp.Expired"],
        check: async (visit) =>
            wordOf(await visit.look({ headers: { date: new Date(visit.options.now() - hourMs).toUTCString() } })),
    },
    usedNonce: {
        claim: "a call with a nonce that was used is refused with this code",
        source: sources.errors,
        restsOn: [emulator("identities/signature.ts", '"SignatureNonceUsed"'), codeRow("Invalid*")],
        when: "any",
        expected: ["SignatureNonceUsed"],
        async check(visit) {
            const variation = { headers: { "x-acs-signature-nonce": `contract-${visit.options.id}` } };
            await visit.look(variation);
            return wordOf(await visit.look(variation));
        },
    },
    regionHeader: {
        claim: "the header x-acs-region-id says for which region a call is: in another the instance is refused with this code",
        source: sources.unknown,
        restsOn: [
            behaviour("regionFrom"),
            provider("cloud/popcore.ts", '"x-acs-region-id": this.options.region'),
            codeRow("InstanceNotFound"),
        ],
        when: "any",
        expected: ["InstanceNotFound"],
        async check(visit) {
            const other = visit.options.access.region === "cn-beijing" ? "cn-hangzhou" : "cn-beijing";
            const reply = await visit.look({ headers: { "x-acs-region-id": other } });
            return reply.kind === "body" ? "found" : wordOf(reply);
        },
    },
} as const satisfies Readonly<Record<string, Checked>>;
