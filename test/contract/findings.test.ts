import { strict as assert } from "node:assert";
import { placeOf } from "../../contract/assumption";
import { type CheckedId, checked, unchecked } from "../../contract/assumptions";
import { findingsOfEmulator } from "../../contract/emulated";
import { differing, type Findings, report } from "../../contract/findings";
import { differences } from "./differences";

const ids = Object.keys(checked) as CheckedId[];

describe("what is taken for granted about the service", () => {
    let findings: Findings;
    before(async () => {
        findings = await findingsOfEmulator();
    });

    it("is how the emulator behaves", () => {
        const open = ids.filter((id) => findings[id].kind !== "asAssumed");
        // A resume takes its time only in an emulator that differs in that.
        assert.deepEqual(open, ["secondResume"], report(findings));
    });

    it("is told with lines of the sources that rest on it", () => {
        for (const { restsOn } of Object.values({ ...checked, ...unchecked })) {
            const places = restsOn.map(placeOf).join();
            assert.match(places, /emulator\/src\//);
            assert.match(places, /provider\/src\//);
        }
    });
});

describe("an emulator that differs in one assumption", () => {
    for (const id of ids) {
        const { difference, also = [] } = differences[id];
        it(`is found out: ${id}`, async () => {
            const findings = await findingsOfEmulator(difference);
            const expected = ids.filter((each) => each === id || also.includes(each));
            const text = report(findings);
            assert.deepEqual(differing(findings), expected, text);
            for (const line of checked[id].restsOn) {
                assert.ok(text.includes(placeOf(line)), text);
            }
        });
    }
});
