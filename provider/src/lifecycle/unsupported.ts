// What no front end can do, in words that follow the name of what was asked.

export const neitherImportedNorRead =
    "can be neither imported nor read by ID: it stands for a call, and the service keeps no record of calls that could be " +
    "read; declare it, and it makes the call";

export const secretToken = "is a secret: it is sent in the clear and recorded, so give one that is not, or none";
