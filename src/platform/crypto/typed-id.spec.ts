import { describe, expect, it } from 'vitest';
import { idFloor, isId, newId } from './typed-id.js';

describe('the floor of ids', () => {
  it('lies below every id of its time and above every earlier one', () => {
    const before = new Date();
    const id = newId('evt');
    const after = new Date(Date.now() + 1);
    expect([idFloor('evt', before) < id, id < idFloor('evt', after), isId(id, 'evt')]).toEqual([true, true, true]);
  });

  it('holds the 48 bits of the milliseconds', () => {
    // The UUID of RFC 9562 appendix A.6, which as a TypeID is evt_01fwhe4ydgfk1shh6w1g60eecf.
    expect(idFloor('evt', new Date('2022-02-22T19:22:22.000Z'))).toBe('evt_01fwhe4ydg');
  });
});
