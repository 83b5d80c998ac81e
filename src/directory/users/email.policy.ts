const MAX_LENGTH = 254;
// RFC 5321 without quoted local parts, comments and address literals, which no mailbox of a company has; letters beyond ASCII are allowed.
const LOCAL = /^[^\s\p{Cc}\p{Cf}\p{Cs}"(),:;<>@[\\\]]{1,64}$/u;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one spelling under which an address is stored and looked up: NFC, lower case, without spaces around it. Undefined when it is none.
 * Lower case also before the @: no company has two people whose addresses differ in capitals only.
 */
export function readEmail(text: string): string | undefined {
  const email = text.trim().normalize('NFC').toLowerCase();
  const at = email.lastIndexOf('@');
  if (email.length > MAX_LENGTH || at < 1) return undefined;
  return LOCAL.test(email.slice(0, at)) && isDomain(email.slice(at + 1)) ? email : undefined;
}

/** The domain of an address that `readEmail` gave. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

/** A name of at least two labels in lower-case ASCII, as in an address. */
export function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}
