/**
 * Makes the schema by which Pulumi generates SDKs for other languages, from the tables of arguments and settings and from
 * the documentation comments of the TypeScript types.
 *
 *     ts-node scripts/schema.ts    writes provider/schema.json
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Attribute, attributes, ownKeys } from "../provider/src/identity/attributes";
import { argumentsOf, argumentsWithDefault, type SchemaType } from "../provider/src/lifecycle/arguments";
import { resultNames } from "../provider/src/lifecycle/outputs";
import { pluginTypeTokenOf } from "../provider/src/lifecycle/urn";
import { descriptorOf, type Operation, operations } from "../provider/src/operations/operations";
import { type Documented, documentation } from "./schema/documentation";
import { examplesOf } from "./schema/examples";

const provider = join(__dirname, "..", "provider");

/** A placeholder for the publisher and the repository, until the package has a home. */
const home = "example.com";
const goModule = `${home}/pulumi-alicloud-logstash/sdk/go/alicloudlogstash`;

/** The README of the generated packages. */
const readme =
    "Generated from the schema of the Pulumi plugin `alicloud-logstash`. Its resources stand for calls, of which the service " +
    "keeps no record: the static method `get` finds nothing to read and fails.";

interface Property {
    readonly type?: string;
    readonly items?: { readonly $ref: string };
    readonly $ref?: string;
    readonly description: string;
    readonly secret?: true;
    readonly willReplaceOnChanges?: true;
}

type Properties = Readonly<Record<string, Property>>;

/** The structured settings, whose fields stand in the table of attributes behind a dot. */
const blocks: Readonly<Record<BlockName, string>> = {
    assumeRole: "The role to assume with the credentials that were found",
    assumeRoleWithOidc: "The role to assume with an OIDC token, and no credentials",
    endpoints: "Hosts to call instead of the public ones of the region",
};
type BlockName = (typeof attributes)[keyof typeof attributes]["keys"][number] extends infer Key
    ? Key extends `${infer Block}.${string}`
        ? Block
        : never
    : never;

/** The whole schema, as `provider/schema.json` has it. */
export function schema(): object {
    const { version, description, license } = require(join(provider, "package.json")) as Record<string, string>;
    const settings = settingsIn(undefined);
    return {
        name: "alicloud-logstash",
        displayName: "Alibaba Cloud Logstash",
        version,
        description,
        keywords: ["pulumi", "alicloud", "alibaba-cloud", "logstash", "category/cloud", "kind/native"],
        license,
        publisher: home,
        repository: `https://${home}/pulumi-alicloud-logstash`,
        language: {
            nodejs: { packageName: "pulumi-alicloud-logstash-sdk", readme, respectSchemaVersion: true },
            python: {
                packageName: "pulumi_alicloud_logstash",
                pyproject: { enabled: true },
                readme,
                respectSchemaVersion: true,
            },
            go: {
                importBasePath: goModule,
                modulePath: goModule,
                rootPackageName: "alicloudlogstash",
                respectSchemaVersion: true,
            },
            csharp: {
                rootNamespace: "Example",
                namespaces: { "alicloud-logstash": "AlicloudLogstash" },
                packageReferences: { Pulumi: "3.*" },
                respectSchemaVersion: true,
            },
            java: { basePackage: "com.example", buildFiles: "gradle" },
        },
        config: { variables: settings },
        types: Object.fromEntries(
            Object.entries(blocks).map(([block, text]) => [
                blockToken(block),
                { type: "object", description: `${text}.`, properties: settingsIn(block) },
            ]),
        ),
        provider: {
            description: "The account, region and endpoint that calls are made with.",
            inputProperties: settings,
        },
        resources: Object.fromEntries(
            (Object.keys(operations) as Operation[]).map((operation) => [
                pluginTypeTokenOf(operation),
                resourceOf(operation),
            ]),
        ),
    };
}

function resourceOf(operation: Operation): object {
    const { resource } = descriptorOf(operation);
    const { text, inputs, outputs } = documentation(resource);
    const rules = Object.entries(argumentsOf(operation));
    const inputProperties = rules.map(([name, { type, onChange }]) => {
        const replaces = onChange === "replace" ? { willReplaceOnChanges: true as const } : {};
        return [name, { ...typeOf(type), description: textOf(inputs, name), ...replaces }] as const;
    });
    const mirrored = rules.map(([name, { type }]) => [name, typeOf(type)] as const);
    const results = resultNames(operation).map((name) => [name, { type: outputs.get(name)?.type ?? "" }] as const);
    const properties = [...new Map<string, Omit<Property, "description">>([...mirrored, ...results])].map(
        ([name, type]) => [name, { ...type, description: textOf(outputs, name) }] as const,
    );
    const required = (documented: ReadonlyMap<string, Documented>) =>
        [...documented].filter(([, { isOptional }]) => !isOptional).map(([name]) => name);
    // The class of the TypeScript form completes them, which the state does not repeat.
    const byDefault = argumentsWithDefault(operation).map(([name]) => name);
    return {
        description: `${text}\n\n${examplesOf(operation)}`,
        inputProperties: Object.fromEntries(inputProperties),
        requiredInputs: required(inputs),
        properties: Object.fromEntries(properties),
        required: required(outputs).filter((name) => !byDefault.includes(name)),
    };
}

function textOf(documented: ReadonlyMap<string, Documented>, name: string): string {
    const text = documented.get(name)?.text;
    if (text === undefined || text === "") {
        throw new Error(`${name} is not documented`);
    }
    return text;
}

/** The settings of a block, or those that are in none and the blocks themselves. */
function settingsIn(block: string | undefined): Properties {
    const rows = Object.values(attributes).flatMap((attribute: Attribute) =>
        attribute.keys.map((path) => ({ ...attribute, path: path.split(".") })),
    );
    const own = rows
        .filter(({ path }) => (path.length > 1 ? path[0] : undefined) === block)
        .map(({ path, label, variables, secret, type = "string" }) => {
            const names = variables.map((name) => `\`${name}\``).join(", ");
            const description = `The ${label}.${names === "" ? "" : ` In the environment ${names}.`}`;
            return [path.at(-1) ?? "", { type, description, ...(secret ? { secret } : {}) }] as const;
        });
    if (block !== undefined) {
        return Object.fromEntries(own);
    }
    const structured = Object.entries(blocks).map(([name, text]) => {
        const $ref = `#/types/${blockToken(name)}`;
        const type = name === "endpoints" ? { type: "array", items: { $ref } } : { $ref };
        return [name, { ...type, description: `${text}.` }] as const;
    });
    const ours = Object.entries(ownKeys).map(
        ([name, { type, label }]) => [name, { type, description: `${label}.` }] as const,
    );
    return Object.fromEntries<Property>([...own, ...structured, ...ours]);
}

function blockToken(block: string): string {
    return `alicloud-logstash:index:${block.charAt(0).toUpperCase()}${block.slice(1)}`;
}

function typeOf(type: SchemaType): Pick<Property, "type" | "items"> {
    return type === "list" ? { type: "array", items: { $ref: "pulumi.json#/Any" } } : { type };
}

if (require.main === module) {
    writeFileSync(join(provider, "schema.json"), `${JSON.stringify(schema(), undefined, 4)}\n`);
}
