import { expect, it } from 'vitest';
import { patientFetch } from './patient-fetch.js';

const KEYS = { keys: [{ kty: 'EC' }] };

function aFetch(): {
  ask: () => Promise<unknown>;
  sent: () => number;
  answer: (next: () => Response) => void;
  pass: (seconds: number) => void;
} {
  let [sent, now] = [0, 1_000_000];
  let answer = (): Response => Response.json(KEYS);
  const fetch = patientFetch(
    async () => {
      sent++;
      return answer();
    },
    () => now,
  );
  return {
    ask: async () => (await fetch('https://client.example/jwks', {})).json(),
    sent: () => sent,
    answer: (next) => void (answer = next),
    pass: (seconds) => void (now += seconds * 1_000),
  };
}

it.each<[string, () => Response]>([
  [
    'no connection',
    () => {
      throw new Error('refused');
    },
  ],
  ['a status of 500', () => new Response('', { status: 500 })],
  ['a redirect', () => new Response('', { status: 302 })],
  ['no JSON', () => new Response('<html>')],
  ['no key set', () => Response.json([])],
  ['keys that are none', () => Response.json({ keys: [1] })],
  ['null', () => Response.json(null)],
])('after %s nothing is sent for 1, 2, 4 … 30 s', async (_, failure) => {
  const { ask, sent, answer, pass } = aFetch();
  answer(failure);
  await expect(ask()).rejects.toThrow();
  for (const [i, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
    pass(seconds - 0.001);
    await expect(ask()).rejects.toThrow('waits');
    expect(sent()).toBe(i + 1);
    pass(0.001);
    await expect(ask()).rejects.toThrow();
    expect(sent()).toBe(i + 2);
  }
});

it('a success comes through whole, and ends the waiting', async () => {
  const { ask, sent, answer, pass } = aFetch();
  answer(() => new Response('', { status: 503 }));
  await expect(ask()).rejects.toThrow();
  pass(1);
  answer(() => Response.json(KEYS));
  expect(await ask()).toEqual(KEYS);
  expect(await ask()).toEqual(KEYS);
  expect(sent()).toBe(3);
});
