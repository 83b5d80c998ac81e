import { isDeepStrictEqual } from 'node:util';

/** Tells what happens, and whether it is what should. */
export class Story {
  wrong = 0;
  told = 0;

  chapter(title) {
    console.log(`\n${title}`);
  }

  /** @param {string} what said as it should be */
  expect(what, found, wanted) {
    this.told++;
    const isRight = isDeepStrictEqual(found, wanted);
    if (!isRight) this.wrong++;
    console.log(
      `  ${isRight ? '✓' : '✗'} ${what}${isRight ? '' : `\n      expected ${JSON.stringify(wanted)}\n      found    ${JSON.stringify(found)}`}`,
    );
  }
}

/** `issuer 400 invalid_scope`, `service 403 other_tenant_named`, `tls`. */
export function told({ where, status, code }) {
  return where === 'tls' ? 'tls' : [where, status, code].filter((part) => part !== null && part !== undefined).join(' ');
}
