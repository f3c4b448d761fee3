import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate } from "node:timers/promises";
import { install } from "@sinonjs/fake-timers";

const begins = "http.client.request.start";
const ends = ["http.client.response.finish", "http.client.request.error"];

/** So often the event loop turns between an answer and the pause that follows from it. */
const turns = 20;

/**
 * Does something in which nobody waits: where no request of this process is on its way, the time of its timers jumps to
 * the next of them. `now` is that time, in milliseconds.
 */
export async function withoutWaiting<T>(act: (now: () => number) => Promise<T>): Promise<T> {
    let onTheirWay = 0;
    let quietTurns = 0;
    const begun = () => {
        onTheirWay += 1;
    };
    const ended = () => {
        onTheirWay -= 1;
        quietTurns = 0;
    };
    subscribe(begins, begun);
    for (const name of ends) {
        subscribe(name, ended);
    }
    const clock = install({
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
    try {
        let isOver = false;
        const result = act(() => clock.now).finally(() => {
            isOver = true;
        });
        while (!isOver) {
            await setImmediate();
            quietTurns = onTheirWay === 0 ? quietTurns + 1 : 0;
            if (quietTurns > turns) {
                clock.next();
                quietTurns = 0;
            }
        }
        return await result;
    } finally {
        clock.uninstall();
        unsubscribe(begins, begun);
        for (const name of ends) {
            unsubscribe(name, ended);
        }
    }
}
