/** The version of Sluice, as package.json says; test/version.test.ts holds them together. */
export const VERSION = '0.1.0';
