/** A deliberate mistake that no mutator makes: a small change of one file of the provider's sources. */
export interface Break {
    readonly name: string;
    /** Below `provider/src`. */
    readonly file: string;
    /** Occurs once in the file. */
    readonly original: string;
    readonly broken: string;
}

export const breaks: readonly Break[] = [
    {
        name: "the clock is in the token",
        file: "core/token.ts",
        original: "source.previousToken ?? null,",
        broken: "source.previousToken ?? null,\n        Date.now(),",
    },
    {
        name: "the token before it is not in the token",
        file: "core/token.ts",
        original: "source.previousToken ?? null,",
        broken: "null,",
    },
    {
        name: "a retry goes without the token",
        file: "core/request.ts",
        original: "service.send(operation, instanceId, clientToken, this.#limits())",
        broken: 'service.send(operation, instanceId, this.#tries > 1 ? "" : clientToken, this.#limits())',
    },
    {
        name: "an ID is thrown with a refusal",
        file: "host/dynamicProvider.ts",
        original: 'case "failed":\n            throw new Error(written.message);',
        broken:
            'case "failed":\n            throw Object.assign(new Error(written.message), ' +
            "{ id, properties: mirrored, reasons: [written.message] });",
    },
    {
        name: "a pending record is dropped",
        file: "host/dynamicProvider.ts",
        original: "throw Object.assign(new Error(written.message), {\n                id,\n",
        broken: "throw Object.assign(new Error(written.message), {\n                id: id.slice(id.length),\n",
    },
    {
        name: "an acceptance is not remembered",
        file: "core/outputs.ts",
        original: "return at === undefined ? undefined : {",
        broken: 'return at === undefined || operation === "InterruptLogstashTask" ? undefined : {',
    },
    {
        name: "the region is not pinned",
        file: "host/lifecycle.ts",
        original: 'sameInstance && typeof olds.region === "string" ? olds.region : undefined',
        broken: "sameInstance && olds.region === undefined ? news.region : undefined",
    },
    {
        name: "`diff` knows no pending records",
        file: "host/lifecycle.ts",
        original:
            "const update = updateBetween(readRecord(urn, declared, olds), declared);\n        const announcement",
        broken:
            'const update = updateBetween({ ...readRecord(urn, declared, olds), status: "done" }, declared);\n' +
            "        const announcement",
    },
    {
        name: "an answer that quotes a secret is not masked",
        file: "cloud/popcore.ts",
        original: "showable(await this.#send(opened, call, used, left, signal), this.#usedSecrets)",
        broken: "showable(await this.#send(opened, call, used, left, signal), new Set())",
    },
    {
        name: "the limiter is off",
        file: "cloud/limits.ts",
        original: "return async () => void (await bucket.removeTokens(1));",
        broken: "return async () => void bucket.content;",
    },
    {
        name: "the pointer's text is another",
        file: "host/pointer.ts",
        original: "Not a direct dependency? ",
        broken: "Not a dependency? ",
    },
    {
        name: "an interrupt resumes",
        file: "core/operations.ts",
        original: 'path: "actions/interrupt",',
        broken: 'path: "actions/resume",',
    },
    {
        name: "a lost answer leaves no doubt",
        file: "core/classify.ts",
        original: 'case "unusable":\n        case "lost":\n            return { kind: "inDoubt" };',
        broken: 'case "unusable":\n        case "lost":\n            return { kind: "notDone" };',
    },
    {
        name: "a request that is stopped on its way leaves no doubt",
        file: "core/request.ts",
        original: "inDoubt: this.#known.inDoubt || this.#sending }",
        broken: "inDoubt: this.#known.inDoubt || (this.#sending && this.#tries > 99) }",
    },
    {
        name: "the engine alone decides whether a pending update has changed",
        file: "host/lifecycle.ts",
        original: "return update.supersedes ? { changes: true } : {};",
        broken: "return {};",
    },
];
