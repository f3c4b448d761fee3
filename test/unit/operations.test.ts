import { strict as assert } from "node:assert";
import { sharedArguments } from "../../provider/src/lifecycle/arguments";
import { operationOf, pluginTypeTokenOf, typeTokenOf } from "../../provider/src/lifecycle/urn";
import { networkCode, networkCodes } from "../../provider/src/operations/networkCodes";
import { descriptorOf, type Operation, operations } from "../../provider/src/operations/operations";
import { rejectionCode, serviceCode, serviceCodes } from "../../provider/src/operations/serviceCodes";

const names = Object.keys(operations) as Operation[];

describe("the tables of facts", () => {
    it("tell every two operations apart: by resource, path, verb and resultProperty", () => {
        for (const field of ["resource", "path", "verb", "resultProperty"] as const) {
            const values = names.map((name) => descriptorOf(name)[field]);
            assert.equal(new Set(values).size, names.length, `${field}: ${values.join(", ")}`);
        }
    });

    it("give no argument of one operation the name of a shared one", () => {
        for (const name of names) {
            const own = Object.keys(descriptorOf(name).arguments);
            assert.deepEqual(
                own.filter((argument) => Object.hasOwn(sharedArguments, argument)),
                [],
            );
        }
    });

    it("find an operation by the type in a URN, and no other for an unknown one", () => {
        for (const name of names) {
            for (const typeToken of [typeTokenOf, pluginTypeTokenOf]) {
                for (const parents of ["", "a:b:C$", "a:b:C$d:e:F$"]) {
                    assert.equal(operationOf(`urn:pulumi:dev::p::${parents}${typeToken(name)}::a::b`, typeToken), name);
                }
            }
            assert.throws(() => operationOf(`urn:pulumi:dev::p::${typeTokenOf(name)}::a`, pluginTypeTokenOf));
        }
        const restart = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashRestart";
        for (const [urn, type] of [
            [`urn:pulumi:dev::p::${restart}::r`, restart],
            ...["", "x"].map((urn) => [urn, ""]),
        ]) {
            assert.throws(
                () => operationOf(urn ?? "", typeTokenOf),
                ({ message }: Error) => message.endsWith(`has no resource of the type "${type}"`),
            );
        }
    });

    it("hide no code behind an earlier one", () => {
        for (const row of serviceCodes) {
            assert.equal(serviceCode(row.code.replace("*", ".Any")), row);
            assert.equal(rejectionCode(row.code.replace("*", ".Any")), row.meaning === "rejected" ? row : undefined);
        }
        for (const row of networkCodes) {
            assert.equal(networkCode(row.code.replace("*", "ANY")), row);
        }
    });
});
