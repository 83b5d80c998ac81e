const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What the agent can do, each with the one scope it needs.
 * @param fetchFor gives a `fetch` for a scope: that of the agent itself, or that of a person
 */
export function tools(audience, fetchFor) {
  return {
    async generateReport(days) {
      const from = new Date(Date.now() - days * DAY_MS).toISOString();
      const call = await fetchFor('generate:reports');
      const body = JSON.stringify({ kind: 'financial', from });
      return read(await call(`${audience}/v1/reports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
    },

    async readReport(id) {
      const call = await fetchFor('read:reports');
      return read(await call(`${audience}/v1/reports/${id}`));
    },
  };
}

async function read(response) {
  if (!response.ok) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
  return response.json();
}
