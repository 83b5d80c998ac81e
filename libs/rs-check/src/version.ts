/** As in the package.json of the project; a test compares the two. */
export const VERSION = '0.1.0';
