import { servesZone, type Settings } from '../platform/config/index.js';
import type { FirstStart } from './bootstrap.service.js';

/** What a newcomer sees when everything runs: what is where, and three commands to try. */
export function banner(settings: Settings, { demo, demoPath }: FirstStart): string {
  const url = settings.PUBLIC_URL;
  const lines = ['', `Countersign is running at ${url}`, ''];
  lines.push(
    `  issuer and APIs    ${url}`,
    ...(servesZone(settings, 'internal') ? [`  internal zone      ${settings.INTERNAL_URL}`] : []),
    `  Swagger            ${url}/docs`,
    `  metrics, health    http://localhost:${settings.OPS_PORT}/metrics   ${url}/health/ready`,
  );
  const principal = demo?.orgs[0]?.service_principals[0];
  if (demo && principal) {
    lines.push(`  demo credentials   ${demoPath}  (${demo.orgs.map((org) => org.name).join(', ')})`, '', 'Try it:', '');
    lines.push('1. A token:', '', tokenCommand(url, principal), '');
    lines.push(
      '2. Data of that tenant, and of no other:',
      '',
      `   curl -s ${url}/analytics/v1/metrics?metric=revenue\\&interval=week -H "Authorization: Bearer $TOKEN"`,
      '',
    );
    lines.push(
      '3. The API documentation, with an Authorize button:',
      '',
      `   open ${url}/docs`,
      '',
      ...(demo.apps ? ['4. An app of somebody else, which asks you before it reads anything:', '', '   npm run demo:partner', ''] : []),
      'Ctrl-C stops it; the data stays for the next start.',
    );
  }
  return lines.join('\n');
}

function tokenCommand(
  url: string,
  { client_id, client_secret, audience }: { client_id: string; client_secret: string; audience: string },
): string {
  return [
    `   TOKEN=$(curl -s ${url}/oauth/token \\`,
    '     -d grant_type=client_credentials \\',
    `     -d client_id=${client_id} \\`,
    `     -d client_secret=${client_secret} \\`,
    `     -d audience=${audience} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
  ].join('\n');
}
