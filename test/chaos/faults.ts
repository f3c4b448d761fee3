import type { Account, Fault, FaultRule, Operation, Point } from "pulumi-alicloud-logstash-emulator";
import type { Random } from "./random";

/** What the first `pulumi up` made of a resource. */
export type Ending = "suspended" | "pending" | "failed" | "not started";

/** The calls a single fault strikes. */
export type Extent = "first" | "repeated" | "all";

/** What a fault means, as far as the ending can be foretold from it. */
type Nature =
    /** Certainly not done, and passes. */
    | "notDone"
    | "unknown"
    /** Refused for good. */
    | "final"
    /** Claims that a signal is being processed, although none is. */
    | "signalled"
    /** Outlasts the time of the operation. */
    | "stalls"
    | "slows";

interface Variant {
    /** Kind and form, for the table. */
    readonly label: string;
    readonly fault: Fault;
    readonly nature: Nature;
}

/** What happens to one resource in the first `pulumi up`. */
export interface FaultCase {
    /** The row of the table. */
    readonly label: string;
    readonly point: Point | "";
    readonly operation: string;
    readonly extent: Extent | "sequence";
    readonly rules: readonly Pick<FaultRule, "operation" | "calls" | "fault">[];
    /** Where the ending follows from the fault. */
    readonly expected: Ending | undefined;
    /** Refused at once: without `--continue-on-error` the engine would start little else. */
    readonly refusedAtOnce: boolean;
}

/** The time of an operation in fault rounds: short, so that faults that never pass end soon. */
export const timeoutSeconds = 6;

export const operations = ["InterruptLogstashTask", "DescribeLogstash"] as const satisfies Operation[];

/** Every fault kind in all its forms, points and operations, each striking as `extent` says. */
export function singleCases(extent: Extent, account: Account, random: Random): FaultCase[] {
    return operations.flatMap((operation) =>
        variants(operation, account, random).map(({ label, fault, nature }): FaultCase => {
            const calls = { first: 1, repeated: { from: 1, to: random.integer(2, 4) }, all: "all" as const }[extent];
            return {
                label,
                point: pointOf(fault),
                operation,
                extent,
                rules: [{ operation, calls, fault }],
                expected: expectedEnding(nature, operation, extent),
                refusedAtOnce: nature === "final",
            };
        }),
    );
}

/** Two to five faults, one after the other on each operation. */
export function sequenceCase(account: Account, random: Random): FaultCase {
    const counts = { InterruptLogstashTask: 0, DescribeLogstash: 0 };
    const length = random.integer(2, 5);
    const steps = Array.from({ length }, () => {
        const operation = random.chance(0.7) ? "InterruptLogstashTask" : "DescribeLogstash";
        counts[operation] += 1;
        const { fault, nature } = random.pick(variants(operation, account, random));
        return { rule: { operation, calls: counts[operation], fault } as const, nature };
    });
    return {
        label: `sequence of ${length}`,
        point: "",
        operation: "both",
        extent: "sequence",
        rules: steps.map(({ rule }) => rule),
        expected: undefined,
        refusedAtOnce: steps.some(({ nature }) => nature === "final"),
    };
}

function variants(operation: (typeof operations)[number], account: Account, random: Random): Variant[] {
    const looks = operation === "DescribeLogstash";
    return [...passing(looks, random), ...refusals(account)].map((variant) =>
        // A look is not refused by what only refuses an interrupt.
        looks && (variant.fault.kind === "result-false" || variant.nature === "signalled")
            ? { ...variant, nature: "unknown" }
            : variant,
    );
}

function passing(looks: boolean, random: Random): Variant[] {
    const variants: Variant[] = [
        ...(["user", "too-many-requests", "qps-limit"] as const).map(
            (form): Variant => ({
                label: `throttling (${form})`,
                fault: { kind: "throttling", form },
                nature: "notDone",
            }),
        ),
        { label: "redirect", fault: { kind: "redirect", location: "http://127.0.0.1:9/" }, nature: "unknown" },
        { label: "drip", fault: { kind: "drip", everyMs: looks ? 2 : random.integer(5, 25) }, nature: "slows" },
    ];
    for (const point of ["before", "after"] as const) {
        const unknown: Fault[] = [
            { kind: "service-unavailable", point },
            { kind: "internal-error", point },
            { kind: "html", status: 502, point },
            { kind: "html", status: 200, point },
            { kind: "xml-error", status: 500, code: "InternalError", message: "Try again later.", point },
            { kind: "truncated-json", point },
            { kind: "cut-off", point },
            { kind: "empty", point },
            { kind: "no-content", point },
            { kind: "json-null", status: 200, point },
            { kind: "json-null", status: 404, point },
            { kind: "code-in-success", code: "InternalError", message: "Try again later.", point },
            { kind: "reset", point },
        ];
        variants.push(
            ...unknown.map((fault): Variant => {
                const form = fault.kind === "html" || fault.kind === "json-null" ? ` (${fault.status})` : "";
                return { label: fault.kind + form, fault, nature: "unknown" };
            }),
            { label: "hang", fault: { kind: "hang", point }, nature: "stalls" },
            {
                label: "slow (in time)",
                fault: { kind: "slow", delayMs: random.integer(200, 1_200), point },
                nature: "slows",
            },
            {
                label: "slow (too late)",
                fault: { kind: "slow", delayMs: timeoutSeconds * 1_000 + random.integer(300, 2_500), point },
                nature: "stalls",
            },
        );
    }
    return variants;
}

function refusals(account: Account): Variant[] {
    // The service quotes what it would have signed, and with it the token; a proxy might quote anything.
    const { accessKeySecret, securityToken } = account;
    const quoting = `server string to sign is: x-acs-security-token:${securityToken} ${accessKeySecret}`;
    const refusal = (nature: Nature, status: number, code: string, message: string = "Refused."): Variant => ({
        label: `refusal (${code})`,
        fault: { kind: "refusal", status, code, message },
        nature,
    });
    return [
        refusal("final", 403, "Forbidden.RAM"),
        refusal("final", 404, "InstanceNotFound"),
        refusal("final", 400, "SignatureDoesNotMatch", `The signature does not match: ${quoting}`),
        refusal("notDone", 400, "InstanceActivating"),
        refusal("notDone", 409, "ConcurrencyUpdateInstanceConflict"),
        refusal("unknown", 409, "TokenPreviousRequestProcessError"),
        refusal("signalled", 400, "AlreadyReceivedInterruptSignal"),
        { label: "result-false", fault: { kind: "result-false" }, nature: "final" },
    ];
}

function expectedEnding(nature: Nature, operation: Operation, extent: Extent): Ending | undefined {
    const looks = operation === "DescribeLogstash";
    switch (nature) {
        case "final":
        case "signalled":
            // An interrupt that is being processed is somebody else's, and here nothing comes of it. What was accepted is
            // recorded, also if nobody may look.
            return looks ? "pending" : "failed";
        case "stalls":
            return "pending";
        case "slows":
            return extent === "first" ? "suspended" : undefined;
        case "notDone":
        case "unknown": {
            const lasting = nature === "notDone" && !looks ? "failed" : "pending";
            return { first: "suspended" as const, repeated: undefined, all: lasting as Ending }[extent];
        }
    }
}

function pointOf(fault: Fault): Point | "" {
    return "point" in fault ? fault.point : "";
}
