import { describeSource, type ResolvedSetting } from "../identity/sources";
import type { ExchangeFailure } from "./exchange";

/** Each message is for one failure to get the credentials of an identity, which the caller names by its settings. */
export function noResponse(identity: string, code: string, failure: ExchangeFailure): string {
    return `could not get credentials of ${identity}: no response (${code}) from ${hostOf(failure)}`;
}

export function untrustedCertificate(identity: string, code: string, failure: ExchangeFailure): string {
    return `could not get credentials of ${identity}: no response (${code}) from ${hostOf(failure)}; trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS`;
}

export function impossibleRequest(identity: string, code: string, failure: ExchangeFailure): string {
    return `could not get credentials of ${identity}: a request to ${hostOf(failure)} cannot be made (${code}); correct the setting`;
}

export function rejected(identity: string, status: string, failure: ExchangeFailure): string {
    return `could not get credentials of ${identity}: HTTP ${status} from ${hostOf(failure)}`;
}

export function signInRejected(identity: string, status: string, failure: ExchangeFailure): string {
    return `could not get credentials of ${identity}: HTTP ${status} from ${hostOf(failure)}; its sign-in has expired; sign in again with the aliyun CLI`;
}

export function signInExpired(identity: string): string {
    return `could not get credentials of ${identity}: its sign-in has expired; sign in again with the aliyun CLI`;
}

export function noCredentialsIn(identity: string, host: string): string {
    return `could not get credentials of ${identity}: the response of ${host} contains none`;
}

export function unreadableTokenFile(identity: string, file: ResolvedSetting, code: string): string {
    return `could not get credentials of ${identity}: the token's file, from ${describeSource(file.source)}, cannot be read: ${code}`;
}

export function commandFailed(identity: string): string {
    return `could not get credentials of ${identity}: its command failed, or printed no credentials; try it in a shell`;
}

export function libraryFailed(identity: string): string {
    return `could not get credentials of ${identity}: @alicloud/credentials failed before it sent a request`;
}

function hostOf({ host, proxy }: ExchangeFailure): string {
    return proxy === undefined ? host : `${host} through the proxy of ${proxy}`;
}
