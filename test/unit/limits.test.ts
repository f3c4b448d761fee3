import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import { defaultRequestsPerSecond, rateLimit } from "../../provider/src/cloud/rateLimit";
import { settled } from "./steppedTime";

const limitOf = (limit?: string) =>
    rateLimit({ config: (key) => (/:requestsPerSecond$/.test(key) ? limit : undefined) });

/** The times at which so many requests may be sent, on a clock that does not wait. */
async function timesOf(count: number, limit?: string): Promise<number[]> {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
        const acquire = limitOf(limit);
        const times: number[] = [];
        const all = Promise.all(
            Array.from({ length: count }, async () => {
                await acquire();
                times.push(clock.performance.now());
            }),
        );
        await settled(clock, all);
        return times;
    } finally {
        clock.uninstall();
    }
}

describe("the rate limit", () => {
    it("stays below the service's 100 in every second, and near the default, when nothing is set", async () => {
        const times = await timesOf(500);
        const mostInASecond = Math.max(
            ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
        );
        assert.ok(mostInASecond < 100, `${mostInASecond} in a second`);
        const took = Number(times.at(-1)) / 1_000;
        assert.ok(500 / took > 0.9 * defaultRequestsPerSecond, `${500 / took} a second`);
    });

    it("is the configured one, or an error, when one is set", async () => {
        const times = await timesOf(41, "20");
        assert.ok(Number(times.at(-1)) > 1_500, `41 requests in ${times.at(-1)} ms`);
        for (const wrong of ["0", "-1", "1.5", "many"]) {
            assert.throws(() => limitOf(wrong), /`alicloud-logstash:requestsPerSecond` is not a whole number from 1/);
        }
    });

    it("allows a tenth at once, and at least one, when many requests wait", async () => {
        const atOnce = async (limit: string) => (await timesOf(30, limit)).filter((time) => time === 0).length;
        assert.deepEqual([await atOnce("100"), await atOnce("20"), await atOnce("1")], [10, 2, 1]);
    });
});
