/** Rules for the prose of the pages that `npm run lint` names. Code is exempt. */

/** Words that searches must not find, with the words to use. */
const words = {
    "in doubt": "outcome unknown",
    anew: "again",
    whoever: "users",
    participle: "result property",
    "half success": "partial failure",
    stood: "was connected",
    "seen through": "timed out waiting",
    "may look": "polling was denied",
    "to mend": "to fix",
    "looks? again": "polls again",
    "nobody listens": "connection refused",
    harmless: "sanitized",
    "by hand": "manually",
    // Names of code that is gone. They have no meaning in prose.
    "inDoubt|carryOut|Pursuit|Surroundings|nothingToDo|onItsWay|overBeforeDone|skipHint|whenNothing|lastResort":
        "nothing",
    // American spelling, as in Pulumi's documentation.
    "honours|behaviour|colour|recognise": "honors, behavior, color, recognize",
};

module.exports = {
    rules: {
        // Exceptions: the pages of Pulumi's registry quote it; see `npm run lint`.
        [require.resolve("./scripts/textlint/max-words.js")]: { max: 30 },
        "@textlint-rule/pattern": {
            patterns: Object.entries(words).map(([word, better]) => ({
                pattern: `/\\b(${word})\\b/i`,
                message: `Write "${better}".`,
            })),
        },
    },
};
