import { strict as assert } from "node:assert";
import { providerStub } from "../../provider/src/dynamic/providerStub";

describe("the provider stub", () => {
    it("never changes, because states contain it", () => {
        assert.equal(
            providerStub,
            "exports.handler=()=>{try{return require('pulumi-alicloud-logstash/handler')}catch(e){" +
                "return{check(){throw Error('Not a direct dependency? '+e)},delete(){}}}}",
        );
        assert.ok(Buffer.byteLength(providerStub) <= 250);
    });
});
