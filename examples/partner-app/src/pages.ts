import type { Connection } from './connection.js';
import { html, type Html } from './html.js';
import type { Metric, Report } from './saasalytics.js';

const NAMES = { revenue: 'Revenue', active_customers: 'Active customers', new_customers: 'New customers', events: 'Events' } as const;

/** What it asks for, in its own words; people have read those of Saasalytics before they allowed it. */
const IN_WORDS: Readonly<Record<string, string>> = {
  'read:analytics-data': 'Read your figures',
  'read:account': 'Read the name of your account',
};

function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Pulse</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <a class="brand" href="/"><span aria-hidden="true"></span>Pulse</a>
        </header>
        <main>${content}</main>
        <footer>Pulse is an example of a partner app. It is not part of Saasalytics.</footer>
      </body>
    </html>`.text;
}

/** @param notice what has just happened, if anything */
export function welcomePage(notice?: { readonly title: string; readonly text: string }): string {
  return page(
    notice?.title ?? 'Welcome',
    html`${
        notice &&
        html`<section class="notice" role="status">
          <h2>${notice.title}</h2>
          <p>${notice.text}</p>
        </section>`
      }
      <section class="hero">
        <h1>See how your business is doing, every week</h1>
        <p>
          Pulse reads the figures of your Saasalytics account and shows them at a glance. You decide what it may read, and you can take that
          back at any time.
        </p>
        <a class="button" href="/connect">Connect Saasalytics</a>
      </section>`,
  );
}

export function dashboardPage(connection: Connection, organization: string | undefined, report: Report | undefined): string {
  return page(
    organization ?? 'Your figures',
    html`<div class="heading">
        <h1>${organization ?? 'Your organization'}</h1>
        <p>The last eight weeks${!organization && ' · Pulse was not allowed to read the name'}</p>
      </div>
      ${
        report
          ? figures(report)
          : html`<section class="notice">
              <h2>No figures</h2>
              <p>You did not allow Pulse to read them. Connect it again to change that.</p>
            </section>`
      }
      <section class="access">
        <h2>What Pulse may do</h2>
        <ul>
          ${connection.scopes.map((scope) => html`<li>${IN_WORDS[scope] ?? scope}</li>`)}
        </ul>
        <p>
          The present access ends at
          <time datetime="${connection.endsAt.toISOString()}">${connection.endsAt.toISOString().slice(11, 19)}</time> UTC and renews itself.
          Renewals so far: ${connection.renewals}.
        </p>
        <div class="actions">
          <form method="post" action="/renew"><button class="quiet">Renew now</button></form>
          <a class="quiet button" href="/connect">Change what is allowed</a>
          <form method="post" action="/disconnect"><button class="danger">Disconnect</button></form>
        </div>
      </section>`,
  );
}

function figures({ weeks, metrics }: Report): Html {
  const rows = weeks.map(
    (week, i) =>
      html`<tr>
        <th scope="row">${dayOf(week)}</th>
        ${metrics.map((metric) => html`<td>${amount(metric, metric.values[i] ?? 0)}</td>`)}
      </tr>`,
  );
  return html`<section class="tiles">
      ${metrics.map(
        (metric) =>
          html`<div>
            <h2>${NAMES[metric.name]}</h2>
            <strong>${amount(metric, metric.total)}</strong>${bars(metric)}
          </div>`,
      )}
    </section>
    <section class="table">
      <table>
        <caption>
          By week
        </caption>
        <thead>
          <tr>
            <th scope="col">Week of</th>
            ${metrics.map(({ name }) => html`<th scope="col">${NAMES[name]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.toReversed()}
        </tbody>
      </table>
    </section>`;
}

/** A small picture of the weeks; the table says the same in words. */
function bars({ values }: Metric): Html {
  const highest = Math.max(...values, 1);
  const drawn = values.map((value, i) => {
    const height = Math.max(1, Math.round((Math.max(value, 0) / highest) * 30));
    return html`<rect x="${i * 11}" y="${30 - height}" width="8" height="${height}" rx="1" />`;
  });
  return html`<svg viewBox="0 0 ${values.length * 11} 30" preserveAspectRatio="xMinYMax" aria-hidden="true">${drawn}</svg>`;
}

function amount({ unit, currency }: Metric, value: number): string {
  if (unit === 'count') return value.toLocaleString('en-US');
  return (value / 100).toLocaleString('en-US', { style: 'currency', currency, maximumFractionDigits: 0 });
}

const dayOf = (date: Date): string => date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });

/** @param text what the person can do about it @param again where */
export function troublePage(title: string, text: string, again = '/connect'): string {
  return page(
    title,
    html`<section class="hero">
      <h1>${title}</h1>
      <p>${text}</p>
      <a class="button" href="${again}">Try again</a> <a class="quiet button" href="/">Back to Pulse</a>
    </section>`,
  );
}
