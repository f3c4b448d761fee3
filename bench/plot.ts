import type { Results, Row } from "./results";

const colours = { ours: "#ff6a00", plugin: "#0a7d55", "no-op": "#8a94a6" } as const;
const panel = { width: 250, height: 170, left: 60, top: 84, gap: 45 };

interface Series {
    readonly contender: keyof typeof colours;
    readonly points: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[];
}

/** Three panels over the number of resources: time of a first `up`, peak memory, bytes of state. */
export function plotOf({ rows, states, madeAt }: Results): string {
    const ups = rows.filter(({ step }) => step === "up");
    const all = (series: (contender: Series["contender"]) => Series["points"]): Series[] =>
        (["no-op", "ours", "plugin"] as const).map((contender) => ({ contender, points: series(contender) }));
    const ofRow = (row: Row, spread: Row["seconds"]["ours"]) => {
        return { x: row.size, y: spread.median, low: spread.min, high: spread.max };
    };
    const panels = [
        panelOf(
            0,
            "first up, s",
            all((c) => ups.map((row) => ofRow(row, row.seconds[c]))),
        ),
        panelOf(
            1,
            "peak memory, MiB",
            all((c) => ups.map((row) => ofRow(row, row.memory[c]))),
        ),
        panelOf(
            2,
            "state, kB",
            all((c) =>
                states.map(({ size, compact }) => {
                    const y = (compact[c] * size) / 1000;
                    return { x: size, y, low: y, high: y };
                }),
            ),
        ),
    ];
    const width = panel.left + 3 * (panel.width + panel.gap);
    const height = panel.top + panel.height + 52;
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
            `font-family="system-ui, sans-serif" font-size="12" fill="#333" role="img">`,
        "<title>Time, memory and state of both forms of ours and of a no-op, by the number of resources</title>",
        `<rect width="${width}" height="${height}" fill="#fff"/>`,
        text(16, 26, "LogstashTaskInterrupt and a no-op dynamic resource, by number of resources", 'font-size="15"'),
        ...all(() => []).map(({ contender }, n) =>
            [
                `<circle cx="${22 + n * 90}" cy="46" r="5" fill="${colours[contender]}"/>`,
                text(32 + n * 90, 50, contender),
            ].join(""),
        ),
        text(300, 50, `medians, with ranges; ${madeAt.slice(0, 10)}`, 'fill="#777"'),
        ...panels,
        "</svg>\n",
    ].join("\n");
}

function panelOf(index: number, title: string, series: readonly Series[]): string {
    const left = panel.left + index * (panel.width + panel.gap);
    const bottom = panel.top + panel.height;
    const all = series.flatMap(({ points }) => points);
    const xMax = niceAbove(Math.max(...all.map(({ x }) => x)));
    const yMax = niceAbove(Math.max(...all.map(({ high }) => high)));
    const x = (value: number) => (left + (value / xMax) * panel.width).toFixed(1);
    const y = (value: number) => (bottom - (value / yMax) * panel.height).toFixed(1);
    const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
        const at = y(part * yMax);
        return (
            `<line x1="${left}" x2="${left + panel.width}" y1="${at}" y2="${at}" stroke="#e4e7ec"/>` +
            text(left - 6, Number(at) + 4, label(part * yMax), 'text-anchor="end"')
        );
    });
    const ticks = [0, 0.5, 1].map((part) =>
        text(Number(x(part * xMax)), bottom + 18, label(part * xMax), 'text-anchor="middle"'),
    );
    const lines = series.map(({ contender, points }) => {
        const colour = colours[contender];
        const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ");
        const marks = points.map(
            (point) =>
                `<line x1="${x(point.x)}" x2="${x(point.x)}" y1="${y(point.low)}" y2="${y(point.high)}" ` +
                `stroke="${colour}" stroke-width="2" opacity="0.5"/>` +
                `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3.5" fill="${colour}"/>`,
        );
        return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${marks.join("")}`;
    });
    return [text(left, panel.top - 12, title, 'font-weight="600"'), ...grid, ...ticks, ...lines].join("\n");
}

function niceAbove(value: number): number {
    const scale = 10 ** Math.floor(Math.log10(value));
    return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].find((step) => step * scale >= value) ?? 10) * scale;
}

function label(value: number): string {
    return String(Number(value.toPrecision(3)));
}

function text(x: number, y: number, content: string, attributes = ""): string {
    return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`;
}
