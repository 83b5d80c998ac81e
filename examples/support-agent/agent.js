/** What the agent can look up. Each tool names what it needs; the token holds nothing else. */
const TOOLS = {
  async summaryOf(api, name) {
    for (let cursor = ''; cursor !== null;) {
      const page = await json(await api(`/analytics/v1/customers?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
      const customer = page.data.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (customer) return json(await api(`/analytics/v1/customers/${customer.id}/summary`));
      cursor = page.next_cursor;
    }
    return undefined;
  },
};

/** A language model would choose the tool; here a rule does, so that the example gives the same answer twice. */
export async function answer(question, api) {
  const [, name] = /^How is (.+) doing\?$/.exec(question) ?? [];
  if (name === undefined) return 'I can only say how a customer is doing.';
  const summary = await TOOLS.summaryOf(api, name);
  if (!summary) return `There is no customer called ${name}.`;
  const { customer, events_last_30_days: events, active_days_last_30: days, revenue_cents: cents, currency } = summary;
  const money = (cents / 100).toLocaleString('en-US', { style: 'currency', currency });
  const since = customer.first_seen_at.slice(0, 10);
  return `${customer.name} has been with you since ${since}: active on ${days} of the last 30 days, ${events} events, ${money} of revenue so far.`;
}

async function json(response) {
  if (!response.ok) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
  return response.json();
}
