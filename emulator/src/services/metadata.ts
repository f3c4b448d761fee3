import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { CredentialOperation } from "../cloud/ledger";
import { roleName } from "../identities/identities";
import type { ServiceContext } from "./context";

const maxTokenSeconds = 21_600;

/** The emulated ECS instance metadata. */
export interface MetadataOptions {
    /** The ARN of the role attached to the ECS instance. */
    readonly roleArn: string;
    /** Whether requests need a metadata token, as with IMDSv2 in enforced mode. @default false */
    readonly requireToken?: boolean;
}

type Handled = { readonly status: number; readonly body: string; readonly issued?: string };

/** Adds the routes of the ECS metadata service. Clients expect it at `http://100.100.100.200`: see `redirect`. */
export function addMetadata(
    app: Pick<FastifyInstance, "get" | "put">,
    { roleArn, requireToken = false }: MetadataOptions,
    { identities, clock, newRequestId, ledger }: ServiceContext,
): void {
    const tokens = new Map<string, number>();
    const role = identities.role(roleArn);
    if (role === undefined) {
        throw new Error(`The role of the metadata, "${roleArn}", is not one of the emulator's roles.`);
    }

    const isTrusted = ({ headers }: FastifyRequest) => {
        const token = headers["x-aliyun-ecs-metadata-token"];
        return token === undefined ? !requireToken : (tokens.get(String(token)) ?? 0) > clock.now();
    };
    const serve =
        (operation: CredentialOperation, handle: (request: FastifyRequest) => Handled) =>
        (request: FastifyRequest, reply: FastifyReply) => {
            const { status, body, issued } = handle(request);
            ledger.addCredentialRequest({
                time: new Date(clock.now()).toISOString(),
                operation,
                role: operation === "GetMetadataCredentials" ? nameIn(request) : undefined,
                proof: "x-aliyun-ecs-metadata-token" in request.headers ? "metadata token" : undefined,
                requestId: newRequestId(),
                outcome:
                    status === 200 ? { kind: "responded", status } : { kind: "rejected", status, code: String(status) },
                issued,
            });
            return reply.code(status).header("content-type", "text/plain").send(body);
        };

    const token = serve("GetMetadataToken", ({ headers }) => {
        const seconds = Number(headers["x-aliyun-ecs-metadata-token-ttl-seconds"]);
        if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxTokenSeconds) {
            return { status: 400, body: "" };
        }
        const value = randomBytes(32).toString("base64");
        tokens.set(value, clock.now() + seconds * 1000);
        return { status: 200, body: value };
    });
    const name = serve("GetMetadataRoleName", (request) =>
        isTrusted(request) ? { status: 200, body: roleName(role.arn) } : { status: 403, body: "" },
    );
    const credentials = serve("GetMetadataCredentials", (request) => {
        if (!isTrusted(request)) {
            return { status: 403, body: "" };
        }
        if (nameIn(request) !== roleName(role.arn)) {
            return { status: 404, body: "" };
        }
        const issued = identities.issue(role);
        const LastUpdated = new Date(clock.now()).toISOString();
        return {
            status: 200,
            body: JSON.stringify({ ...issued, LastUpdated, Code: "Success" }),
            issued: issued.AccessKeyId,
        };
    });

    app.put("/latest/api/token", token);
    app.get("/latest/meta-data/ram/security-credentials/", name);
    app.get("/latest/meta-data/ram/security-credentials/:name", credentials);
}

function nameIn({ params }: FastifyRequest): string {
    return (params as { name: string }).name;
}
