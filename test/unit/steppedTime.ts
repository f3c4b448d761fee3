/**
 * What a promise comes to on a clock that goes from timer to timer, as fast as that is possible. It stops there: timers
 * that others have set, a connection of another test perhaps, may go on for ever.
 */
export async function settled<T>(clock: { nextAsync(): Promise<number> }, promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
        isSettled = true;
    };
    promise.then(settle, settle);
    while (!isSettled) {
        await clock.nextAsync();
    }
    return promise;
}
