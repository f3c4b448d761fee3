import { randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import { rejected } from "../rejection";
import type { RamPolicy } from "./ram";

const hourMs = 60 * 60_000;

/** An access key, permanent or temporary. */
export interface Account {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    /** The STS token that must come with a temporary key. */
    readonly securityToken?: string;
    /** The account of the key, which owns client tokens and limits. @default the access key ID */
    readonly accountId?: string;
    /** What the key is allowed to do. @default everything */
    readonly policy?: RamPolicy;
}

/** A RAM role. */
export interface Role {
    /** `acs:ram::{account ID}:role/{name}`; the account owns client tokens and limits. */
    readonly arn: string;
    /** The access key IDs and role ARNs that may assume the role. @default none */
    readonly trusts?: readonly string[];
    /** The identity provider whose tokens the role accepts. @default none */
    readonly oidcProviderArn?: string;
    /** The `ExternalId` that `AssumeRole` requires. @default anything */
    readonly externalId?: string;
    /** What the role is allowed to do. @default everything */
    readonly policy?: RamPolicy;
}

/** Temporary credentials, with the field names of the services. */
export interface TemporaryCredentials {
    readonly AccessKeyId: string;
    readonly AccessKeySecret: string;
    readonly SecurityToken: string;
    /** RFC 3339, in seconds. */
    readonly Expiration: string;
}

/** Who sends a request, as its access key shows. */
export interface Caller {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string | undefined;
    readonly accountId: string;
    /** What a role trusts: the access key ID, or the ARN of the role behind a temporary key. */
    readonly principal: string;
    /** All of them must allow a request. */
    readonly policies: readonly RamPolicy[];
    /** Milliseconds since 1970. */
    readonly expiresAt: number;
}

/** What narrows temporary credentials. */
export interface Session {
    readonly durationMs?: number;
    /** It must allow a request too. */
    readonly policy?: RamPolicy;
}

/** What `new Identities` takes. */
export interface IdentitiesOptions {
    readonly accounts: readonly Account[];
    readonly roles: readonly Role[];
    readonly clock: Clock;
    /** The longest lifetime of temporary credentials. */
    readonly lifetimeMs: number | undefined;
}

/** The accounts, the roles, and the temporary credentials issued so far. */
export class Identities {
    readonly #known = new Map<string, Caller>();
    readonly #roles: readonly Role[];
    readonly #clock: Clock;
    readonly #lifetimeMs: number | undefined;

    /** Starts with the accounts and roles. */
    constructor({ accounts, roles, clock, lifetimeMs }: IdentitiesOptions) {
        this.#roles = roles;
        this.#clock = clock;
        this.#lifetimeMs = lifetimeMs;
        for (const { accessKeyId, accessKeySecret, securityToken, accountId, policy } of accounts) {
            this.#known.set(accessKeyId, {
                accessKeyId,
                accessKeySecret,
                securityToken,
                accountId: accountId ?? accessKeyId,
                principal: accessKeyId,
                policies: policy === undefined ? [] : [policy],
                expiresAt: Number.POSITIVE_INFINITY,
            });
        }
    }

    /** Finds the caller with this key and STS token; throws `Rejected`. The signature is still to be verified. */
    identify(accessKeyId: string, securityToken: string | undefined): Caller {
        const caller = this.#known.get(accessKeyId);
        if (caller === undefined) {
            throw rejected(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
        }
        if (securityToken !== caller.securityToken) {
            throw rejected(400, "InvalidSecurityToken.Malformed", "The specified SecurityToken is malformed.");
        }
        if (caller.expiresAt <= this.#clock.now()) {
            throw rejected(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
        }
        return caller;
    }

    /** The role with this ARN. */
    role(arn: string | undefined): Role | undefined {
        return this.#roles.find((role) => role.arn === arn);
    }

    /** The role whose ARN ends with this name. */
    roleNamed(name: string): Role | undefined {
        return this.#roles.find(({ arn }) => roleName(arn) === name);
    }

    /** Issues credentials of a role. */
    issue(role: Role, session: Session = {}): TemporaryCredentials {
        const lifetimeMs = Math.min(
            session.durationMs ?? this.#lifetimeMs ?? hourMs,
            this.#lifetimeMs ?? Number.POSITIVE_INFINITY,
        );
        const expiresAt = this.#clock.now() + lifetimeMs;
        // Real tokens contain "+", "/" and "=" too, which a wrong encoding breaks.
        const securityToken = `CAIS+/${randomBytes(48).toString("base64")}==`;
        const accessKeyId = `STS.${randomBytes(12).toString("hex")}`;
        const accessKeySecret = randomBytes(24).toString("hex");
        this.#known.set(accessKeyId, {
            accessKeyId,
            accessKeySecret,
            securityToken,
            accountId: role.arn.split(":")[3] || role.arn,
            principal: role.arn,
            policies: [role.policy, session.policy].filter((policy) => policy !== undefined),
            expiresAt,
        });
        return {
            AccessKeyId: accessKeyId,
            AccessKeySecret: accessKeySecret,
            SecurityToken: securityToken,
            Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, "Z"),
        };
    }

    /** Expires all temporary credentials issued so far, before their `Expiration`. */
    expireIssued(): void {
        const now = this.#clock.now();
        for (const [accessKeyId, caller] of this.#known) {
            if (caller.expiresAt > now && caller.expiresAt !== Number.POSITIVE_INFINITY) {
                this.#known.set(accessKeyId, { ...caller, expiresAt: now });
            }
        }
    }
}

/** The name at the end of a role's ARN. */
export function roleName(arn: string): string {
    return arn.slice(arn.lastIndexOf("/") + 1);
}
