import { parseArgs } from 'node:util';

const HELP = `npm run bench -- [options]

  --seconds N      measured seconds per contestant and round       (4)
  --warmup N       warm-up seconds before each measurement         (2)
  --rounds N       interleaved rounds                              (3)
  --connections N  keep-alive connections                          (64)
  --only LIST      scenarios: tokens,guard,dpop,verification,keys,internal,delegated,introspection,reaper,memory,revocation (all eleven)
  --contestants L  only contestants whose name contains one of L
  --tokens N       distinct tokens for the guard and in process    (60000)
  --memory-tokens N  tokens issued in each part of the memory scenario (50000)
  --codes N        codes, and refreshes, per contestant and round in the delegated scenario (1500)
  --reaped N       expired codes, refresh tokens and answers in the reaper scenario (100000)
  --revocations N  tokens revoked in the revocation scenario       (1000)
  --million        the memory scenario with 1,000,000 tokens, the reaper with 1,000,000 rows of each kind
  --same-node      run every server on the Node that oidc-provider needs
  --quick          1 round of 2 s after 1 s, fewer tokens: shows that it works, not how fast
`;

export function readOptions(argv = process.argv.slice(2)) {
  const { values } = parseArgs({
    args: argv,
    options: {
      seconds: { type: 'string' },
      warmup: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      only: { type: 'string' },
      contestants: { type: 'string' },
      tokens: { type: 'string' },
      'memory-tokens': { type: 'string' },
      codes: { type: 'string' },
      reaped: { type: 'string' },
      revocations: { type: 'string' },
      million: { type: 'boolean', default: false },
      'same-node': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const quick = values.quick;
  const pick = (name, normal, short) => positive(name, values[name] ?? (quick ? short : normal));
  const seconds = pick('seconds', 4, 2);
  return {
    quick,
    seconds,
    warmupSeconds: pick('warmup', 2, 1),
    rounds: pick('rounds', 3, 1),
    connections: pick('connections', 64, 64),
    distinctTokens: pick('tokens', 60_000, 12_000),
    memoryTokens: values.million ? 1_000_000 : pick('memory-tokens', 50_000, 5_000),
    codes: pick('codes', 1_500, 200),
    reaped: values.million ? 1_000_000 : pick('reaped', 100_000, 5_000),
    revocations: pick('revocations', 1000, 200),
    sameNode: values['same-node'],
    scenarios: (values.only ?? 'tokens,guard,dpop,verification,keys,internal,delegated,introspection,reaper,memory,revocation').split(','),
    contestantFilter: values.contestants?.split(','),
  };
}

function positive(name, value) {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`--${name} must be a positive number, not "${value}"`);
  return number;
}
