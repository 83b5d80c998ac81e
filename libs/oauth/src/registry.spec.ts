import { describe, expect, it } from 'vitest';
import { Registry } from './registry.js';

const items = [
  { name: 'b', value: 1 },
  { name: 'a', value: 2 },
];

describe('Registry', () => {
  it('finds by name and keeps the order of its list', () => {
    const registry = new Registry('grant', items);
    expect(registry.names()).toEqual(['b', 'a']);
    expect([...registry]).toEqual(items);
    expect(registry.find('a')).toBe(items[1]);
    expect(registry.get('b')).toBe(items[0]);
  });

  it('refuses two of one name, and says of what', () => {
    expect(() => new Registry('grant', [...items, { name: 'a', value: 3 }])).toThrow('Two grants are called "a".');
  });

  it('knows nothing that was not registered, not even what every object has', () => {
    const registry = new Registry('grant', items);
    for (const name of ['', 'c', 'A', '__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(registry.find(name)).toBeUndefined();
      expect(() => registry.get(name)).toThrow(`There is no grant called "${name}".`);
    }
  });
});
