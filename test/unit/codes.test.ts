import { strict as assert } from "node:assert";
import { operationOf, pluginTypeTokenOf, typeTokenOf } from "../../provider/src/lifecycle/urn";
import { networkCode, networkCodes } from "../../provider/src/operations/networkCodes";
import { meaningOf, type Operation, operations } from "../../provider/src/operations/operations";
import { serviceCode, serviceCodes } from "../../provider/src/operations/serviceCodes";

const names = Object.keys(operations) as Operation[];

describe("the table of operations", () => {
    it("finds an operation when its type is in a URN, and throws when it is another type", () => {
        for (const name of names) {
            for (const typeToken of [typeTokenOf, pluginTypeTokenOf]) {
                for (const parents of ["", "a:b:C$d:e:F$"]) {
                    assert.equal(operationOf(`urn:pulumi:dev::p::${parents}${typeToken(name)}::a::b`, typeToken), name);
                }
            }
            assert.throws(() => operationOf(`urn:pulumi:dev::p::${typeTokenOf(name)}::a`, pluginTypeTokenOf));
        }
        const restart = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashRestart";
        const hasNoResource = { message: new RegExp(`has no resource of the type "${restart}"$`) };
        assert.throws(() => operationOf(`urn:pulumi:dev::p::${restart}::r`, typeTokenOf), hasNoResource);
        assert.throws(() => operationOf("x", typeTokenOf), { message: /has no resource of the type ""$/ });
    });

    it("takes a status for undocumented when only JavaScript or the table itself has the name", () => {
        for (const status of ["other", "toString", "__proto__", "New"]) {
            assert.equal(meaningOf("InterruptLogstashTask", "acceptance", status), "success");
            assert.equal(meaningOf("InterruptLogstashTask", "rejection", status), "unexpected");
            assert.equal(meaningOf("ResumeLogstashTask", "rejection", status), "transitional");
        }
    });
});

describe("the tables of codes", () => {
    it("hide no row when an earlier one matches by its prefix", () => {
        for (const row of serviceCodes) {
            assert.equal(serviceCode(row.code.replace("*", ".Any")), row);
        }
        for (const row of networkCodes) {
            assert.equal(networkCode(row.code.replace("*", "ANY")), row);
        }
    });

    it("have no row when a code only begins like one without a star, or contains one", () => {
        for (const code of ["EPROTONOSUPPORT", "XEPROTO", "XCERT_X", ""]) {
            assert.equal(networkCode(code), undefined);
        }
        for (const code of ["InternalErrors", "XInternalError", "XThrottling", ""]) {
            assert.equal(serviceCode(code), undefined);
        }
    });

    it("name the setting to fix when a connection fails because of one", () => {
        const codes = {
            "user name and password": "ProxyAuthentication",
            NO_PROXY: "ProxyRefused",
            "`http://`": "EPROTO ERR_SSL_WRONG_VERSION_NUMBER",
            NODE_EXTRA_CA_CERTS:
                "ERR_TLS_CERT_ALTNAME_INVALID CERT_HAS_EXPIRED SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET",
        };
        for (const [setting, names] of Object.entries(codes)) {
            for (const code of names.split(" ")) {
                assert.ok(String(networkCode(code)?.fix).includes(setting), code);
            }
        }
    });
});
