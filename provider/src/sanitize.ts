/** Makes text of a server or a library safe to show: one line, bounded, without control characters. */
export function sanitize(text: string, maxLength = 300): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
    return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
