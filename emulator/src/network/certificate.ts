import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { md, pki } from "node-forge";

const dayMs = 24 * 60 * 60_000;

/** A private key and its certificate, both PEM. */
export interface KeyAndCertificate {
    readonly key: string;
    readonly cert: string;
}

/** Creates a certificate, valid for a year. Clients trust it through `NODE_EXTRA_CA_CERTS` or as their `ca`. */
export function selfSigned(hosts: readonly string[] = ["127.0.0.1", "localhost"]): KeyAndCertificate {
    const { privateKey, publicKey } = pki.rsa.generateKeyPair(2048);
    const certificate = pki.createCertificate();
    const name = [{ name: "commonName", value: "emulator" }];
    const altNames = hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }));
    certificate.publicKey = publicKey;
    certificate.serialNumber = `01${randomBytes(8).toString("hex")}`; // a leading 01 keeps it positive
    certificate.validity.notBefore = new Date(Date.now() - dayMs);
    certificate.validity.notAfter = new Date(Date.now() + 365 * dayMs);
    certificate.setSubject(name);
    certificate.setIssuer(name);
    certificate.setExtensions([
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames },
    ]);
    certificate.sign(privateKey, md.sha256.create());
    return { key: pki.privateKeyToPem(privateKey), cert: pki.certificateToPem(certificate) };
}
