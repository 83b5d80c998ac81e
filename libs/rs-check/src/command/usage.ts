import { SEVERITIES } from '../check.js';
import { CHECKS } from '../checks/index.js';

export const USAGE = `rs-check attacks an API with hostile tokens and reports which of them get in.

  rs-check --url <url> --audience <identifier> [--scope <scopes>] (--own-issuer-port <port> | --issuer <url> …) [options]

What is attacked
  --url <url>               a protected operation that answers 2xx to a good token; one that changes nothing
  --method <method>         GET to begin with
  --body <json>             its body, or @file
  --header <name: value>    a further header of every request; may be repeated
  --audience <identifier>   the aud of its tokens
  --scope <scopes>          every scope the operation needs, separated by spaces
  --org <id>                the organization of the good token (claim org_id)
  --foreign-url <url>       an object of another organization, which the good token must not read

Where tokens come from
  --own-issuer-port <port>  rs-check is the issuer, at http://localhost:<port>: configure the API to trust that
  --issuer <url>            the issuer that the API trusts
  --client-id <id>          gets the good token there; secret in RS_CHECK_CLIENT_SECRET
  --client-secret-file <f>  or in a file
  --operator-id <id>        has hostile tokens signed by an issuer that runs with DANGEROUSLY_ENABLE_TEST_TOKENS;
                            secret in RS_CHECK_OPERATOR_SECRET
  --operator-secret-file <f>  or in a file
  --claims <json>           further claims of good tokens that rs-check makes
  Without --own-issuer-port and --operator-id only the checks run that need no good signature over bad content.

What is done
  --only <ids>, --skip <ids>   checks by id, separated by commas
  --wait <seconds>             let the API take so long to accept the first token (0)
  --revocation-seconds <s>     within which a revoked token must be refused (2)
  --format text|json|sarif     text to begin with
  --output <file>              write the report there
  --dangerously-allow-http     plain HTTP beyond this machine
  --list                       show every check
  --version, --help

Exit code: 0 every check that was run passed; 1 something failed; 2 it could not be run, or not to an end.
`;

export function listOfChecks(): string {
  const width = Math.max(...CHECKS.names().map((name) => name.length)) + 2;
  const bySeverity = (severity: string): string[] =>
    [...CHECKS].filter((check) => check.severity === severity).map(({ name, title }) => `  ${name.padEnd(width)}${title}`);
  return `${SEVERITIES.map((severity) => [severity.toUpperCase(), ...bySeverity(severity)].join('\n')).join('\n\n')}\n`;
}
