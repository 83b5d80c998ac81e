import { describe, expect, it } from 'vitest';
import { canBeMistaken, looksLike } from './look-alike.policy.js';

describe('CON-5, attack 77: a name that looks like that of a reviewed app', () => {
  it.each([
    ['other case', 'CLAUDE'],
    ['a Cyrillic letter', 'Сlaude'],
    ['a Greek one', 'Clαude'],
    ['a digit for a letter', 'C1aud3'],
    ['a full-width form', 'Ｃｌａｕｄｅ'],
    ['accents', 'Cläüdé'],
    ['spaces and signs', ' C-l a.u_d e! '],
    ['a capital i for an l', 'CIaude'],
  ])('%s', (_, name) => {
    expect(looksLike(name, ['Charts', 'Claude'])).toBe(true);
  });

  it.each(['Claudia', 'Cloud', 'My Claude notes', 'Chart'])('%s is another name', (name) => {
    expect(looksLike(name, ['Charts', 'Claude'])).toBe(false);
  });

  it('two letters that join to one', () => {
    expect(looksLike('Cornet', ['Comet'])).toBe(true);
    expect(looksLike('VVave', ['Wave'])).toBe(true);
  });

  it('names without letters of ours are compared too', () => {
    expect(looksLike('日本', ['日本'])).toBe(true);
    expect(looksLike('日本', ['中国'])).toBe(false);
    expect(looksLike('🙂', ['🙃'])).toBe(false);
  });
});

describe('attack 77: names that can be taken for others', () => {
  it.each([
    ['Claude', false],
    ['Größe & Söhne (2)', false],
    ['Яндекс', false],
    ['Ελληνικά', false],
    ['設計 Studio', false],
    ['東京メトロ', false],
    ['x'.repeat(90), false],
    ['Tool™ ½ …', false],
    ['', false],
    ['Сlaude', true],
    ['Clаude Desktop', true],
    ['СНАТ', true],
    ['Gοοgle', true],
    ['ＣｈａｔＧＰＴ', true],
    ['𝐂𝐥𝐚𝐮𝐝𝐞', true],
    ['Ꮯlaude', true],
  ])('%j: %s', (name, is) => {
    expect(canBeMistaken(name)).toBe(is);
  });
});
