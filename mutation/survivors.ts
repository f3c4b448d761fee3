/** A change that no test notices, and why that is so. */
export interface Survivor {
    readonly file: string;
    /** The line of the source it is in, without indentation. */
    readonly line: string;
    /** What it puts in the place of a part of that line. */
    readonly replacement: string;
    readonly reason: string;
}

/** Those that were looked at and stay. One that is noticed by now is named as such by the report, and must go. */
export const survivors: readonly Survivor[] = [];
