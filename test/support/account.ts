/** The account of all test identities, as 16 digits. */
export const accountId = "1234567890123456";

export function roleArn(name: string): string {
    return `acs:ram::${accountId}:role/${name}`;
}

export function identityProviderArn(name: string): string {
    return `acs:ram::${accountId}:oidc-provider/${name}`;
}
