import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

const dayMs = 24 * 60 * 60_000;

/** A private key and its certificate, both PEM. */
export interface KeyAndCertificate {
    readonly key: string;
    readonly cert: string;
}

/** A new certificate, valid for a year, that clients trust through `NODE_EXTRA_CA_CERTS` or as their `ca`. */
export function selfSigned(hosts: readonly string[] = ["127.0.0.1", "localhost"]): KeyAndCertificate {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256
    const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from("emulator"))))); // CN
    const names = hosts.map((host) =>
        isIPv4(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host)),
    );
    const alternatives = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(...names))); // subjectAltName
    const authority = sequence(oid(0x55, 0x1d, 0x13), der(0x04, sequence(der(0x01, Buffer.of(0xff))))); // a CA
    const certificate = sequence(
        der(0xa0, der(0x02, Buffer.of(2))), // version 3
        der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])), // serial number, positive
        algorithm,
        name,
        sequence(time(Date.now() - dayMs), time(Date.now() + 365 * dayMs)),
        name,
        publicKey.export({ type: "spki", format: "der" }),
        der(0xa3, sequence(alternatives, authority)),
    );
    const signature = Buffer.concat([Buffer.of(0), sign("sha256", certificate, privateKey)]);
    const whole = sequence(certificate, algorithm, der(0x03, signature)).toString("base64");
    return {
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: `-----BEGIN CERTIFICATE-----\n${whole.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`,
    };
}

// Node can sign a certificate but not write one, so its ASN.1 is put together here.
function der(tag: number, ...contents: Buffer[]): Buffer {
    const content = Buffer.concat(contents);
    const { length } = content;
    const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...contents: Buffer[]): Buffer {
    return der(0x30, ...contents);
}

function oid(...bytes: number[]): Buffer {
    return der(0x06, Buffer.from(bytes));
}

function time(ms: number): Buffer {
    return der(
        0x17,
        Buffer.from(
            `${new Date(ms)
                .toISOString()
                .replace(/[-:T]|\.\d+/g, "")
                .slice(2)}`,
        ),
    );
}
