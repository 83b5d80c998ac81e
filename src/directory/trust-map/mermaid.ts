import type { TrustMap } from './trust-map.js';

const NOBODY = 'somebody unknown';
const NOWHERE = 'no such service';
const MAX_LABEL = 80;

const CUT = '  cut{{"This map is cut: there is more than is shown. Take a shorter window."}}';

/**
 * The map as a Mermaid flowchart (https://mermaid.js.org): what text it holds is escaped, whoever wrote it.
 * @param isCut adds a node that says so: a drawing that looks whole would be believed
 */
export function toMermaid(map: TrustMap, isCut = false): string {
  const ids = new NodeIds(map.nodes.map(({ name }) => name));
  const edges = [...entranceEdges(map, ids), ...allowedEdges(map, ids), ...unallowedEdges(map, ids), ...refusedEdges(map, ids)];
  const nodes = map.nodes.map(({ name, kind, active }) => {
    const shape = kind === 'public_api' ? ['([', '])'] : ['[', ']'];
    return `  ${ids.of(name)}${shape[0]}"${label(active ? name : `${name} (disabled)`)}"${shape[1]}`;
  });
  const others = ids.without(map.nodes.map(({ name }) => name)).map((name) => `  ${ids.of(name)}{{"${label(name)}"}}`);
  return ['flowchart LR', ...(isCut ? [CUT] : []), ...nodes, ...others, ...edges, ''].join('\n');
}

function entranceEdges({ entrances }: TrustMap, ids: NodeIds): string[] {
  return entrances.map(({ api, service }) => `  ${ids.of(api)} -.-|"served by"| ${ids.of(service)}`);
}

/** Used: an arrow with its calls. Not used: a dotted one. */
function allowedEdges({ allowed, observed, unusedGrants }: TrustMap, ids: NodeIds): string[] {
  return allowed.flatMap(({ caller, target, scopes }) => {
    const seen = observed.find((edge) => edge.caller === caller && edge.target === target);
    const unused = unusedGrants.find((grant) => grant.caller === caller && grant.target === target)?.scopes ?? [];
    const used = scopes.filter((scope) => !unused.includes(scope));
    return [
      ...(seen ? [`  ${ids.of(caller)} -->|"${label(`${used.join(' ')} · ${calls(seen.calls)}`)}"| ${ids.of(target)}`] : []),
      ...(unused.length > 0 ? [`  ${ids.of(caller)} -.->|"${label(`unused: ${unused.join(' ')}`)}"| ${ids.of(target)}`] : []),
    ];
  });
}

function unallowedEdges({ callsWithoutPolicy }: TrustMap, ids: NodeIds): string[] {
  return callsWithoutPolicy.map(
    ({ caller, target, calls: count }) => `  ${ids.of(caller)} ==>|"${label(`without a policy · ${calls(count)}`)}"| ${ids.of(target)}`,
  );
}

function refusedEdges({ refusedAttempts }: TrustMap, ids: NodeIds): string[] {
  return refusedAttempts.map(({ caller = NOBODY, target = NOWHERE, reason, scopes, count, isAtLeast }) => {
    const what = `refused: ${[reason, ...scopes].join(' ')} · ${isAtLeast ? 'at least ' : ''}${count}`;
    return `  ${ids.of(caller)} --x|"${label(what)}"| ${ids.of(target)}`;
  });
}

function calls(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

/** Mermaid reads `#35;` as the character 35; whatever is not plain goes in so, and cannot end the label or become markup. */
function label(text: string): string {
  const cut = text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL)}…` : text;
  return cut.replace(/[^A-Za-z0-9 _.,:/()·…-]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** Names are anybody's; ids are ours. */
class NodeIds {
  private readonly ids = new Map<string, string>();

  constructor(names: readonly string[]) {
    for (const name of names) this.of(name);
  }

  of(name: string): string {
    const id = this.ids.get(name) ?? `n${this.ids.size}`;
    this.ids.set(name, id);
    return id;
  }

  without(names: readonly string[]): string[] {
    return [...this.ids.keys()].filter((name) => !names.includes(name));
  }
}
