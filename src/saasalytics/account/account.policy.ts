const ZONE = /^(?:UTC|[A-Z][A-Za-z_]{1,20}(?:\/[A-Za-z0-9_+-]{1,30}){1,2})$/;
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

/** An IANA zone by its full name: offsets and abbreviations do not know when clocks change. */
export function isTimezone(value: unknown): boolean {
  if (typeof value !== 'string' || !ZONE.test(value)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: value }));
  } catch {
    return false;
  }
}

export function isCurrency(value: unknown): boolean {
  return typeof value === 'string' && CURRENCIES.has(value);
}

type Settings = Readonly<Record<string, unknown>>;

/** The names of the fields that a change would really change. */
export function changedFields(before: Settings, change: Settings): string[] {
  return Object.keys(change).filter((name) => change[name] !== undefined && change[name] !== before[name]);
}
