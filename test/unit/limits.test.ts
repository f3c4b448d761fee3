import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import { defaultRequestsPerSecond, rateLimit } from "../../provider/src/cloud/rateLimit";
import { settled } from "./steppedTime";

const turnFor = (limit?: string) =>
    rateLimit({ config: (key) => (key.endsWith(":requestsPerSecond") ? limit : undefined) });

/** When each of so many requests gets its turn, on a clock that does not wait. */
async function timesOf(count: number, limit?: string): Promise<number[]> {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
        const turn = turnFor(limit);
        const times: number[] = [];
        const all = Promise.all(
            Array.from({ length: count }, async () => {
                await turn();
                times.push(clock.performance.now());
            }),
        );
        await settled(clock, all);
        return times;
    } finally {
        clock.uninstall();
    }
}

describe("the shared limit of requests", () => {
    it("stays below the service's 100 in every second, and near what is set", async () => {
        const times = await timesOf(500);
        const mostInASecond = Math.max(
            ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
        );
        assert.ok(mostInASecond < 100, `${mostInASecond} in a second`);
        const took = Number(times.at(-1)) / 1_000;
        assert.ok(500 / took > 0.9 * defaultRequestsPerSecond, `${500 / took} a second`);
    });

    it("is what the configuration says", async () => {
        const times = await timesOf(41, "20");
        assert.ok(Number(times.at(-1)) > 1_500, `41 requests in ${times.at(-1)} ms`);
        for (const wrong of ["0", "-1", "1.5", "many"]) {
            assert.throws(() => turnFor(wrong), /`alicloud-logstash:requestsPerSecond` is not a whole number from 1/);
        }
    });

    it("lets a tenth of it go at once, and one in any case", async () => {
        const atOnce = async (limit: string) => (await timesOf(30, limit)).filter((time) => time === 0).length;
        assert.deepEqual([await atOnce("100"), await atOnce("20"), await atOnce("1")], [10, 2, 1]);
    });

    it("goes on when the clock of the machine is set back", async () => {
        const now = Date.now;
        try {
            const turn = turnFor("1000");
            await turn();
            Date.now = () => now() - 3_600_000;
            // More than there is at once, so that some have to wait.
            await Promise.all(Array.from({ length: 150 }, turn));
        } finally {
            Date.now = now;
        }
    });
});
