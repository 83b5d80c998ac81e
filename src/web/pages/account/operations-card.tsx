import type { ReactNode } from 'react';
import type { OwnApp } from '../../../issuer/own-apps/index.js';
import { Moment } from './app-parts.js';
import { ago } from './times.policy.js';

type Operation = OwnApp['operations'][number];

/** What an app called by name, how often, and what it was denied (X8). */
export function OperationsCard({ own: { app, api, operations }, now }: { own: OwnApp; now: Date }): ReactNode {
  if (operations.length === 0) return null;
  const isDenied = operations.some(({ denials }) => denials > 0);
  return (
    <section className="card" aria-labelledby="operations">
      <div>
        <h2 id="operations">What it called</h2>
        <p className="muted small">
          {app.kind === 'agent' ? 'Tools and operations' : 'Operations'}, as {api.name} names them.
        </p>
      </div>
      <table className="operations">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Calls</th>
            {isDenied && <th scope="col">Denied</th>}
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {operations.map((operation) => (
            <OperationRow key={operation.operation} operation={operation} isDenied={isDenied} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function OperationRow({ operation, isDenied, now }: { operation: Operation; isDenied: boolean; now: Date }): ReactNode {
  const { operation: name, calls, denials, lastAt } = operation;
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>{calls.toLocaleString('en-GB')}</td>
      {isDenied && <td className={denials > 0 ? 'denied' : undefined}>{denials.toLocaleString('en-GB')}</td>}
      <td>
        <Moment time={lastAt}>{ago(lastAt, now)}</Moment>
      </td>
    </tr>
  );
}
