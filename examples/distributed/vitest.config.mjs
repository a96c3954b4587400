/** vitest takes the tests that are written for it, one file at a time. */
export default { test: { include: ['test/*.vitest.mjs'] } }
