import type { ReactNode } from 'react';
import type { ScopeView } from '../../../issuer/authorization/index.js';
import { Hidden, RiskMark } from '../kit/index.js';

interface ScopeChoiceProperties {
  readonly legend: string;
  readonly scopes: readonly ScopeView[];
  /** Undefined: all. */
  readonly ticked: readonly string[] | undefined;
  /** What is fixed is something by itself, so all the rest can be unticked. */
  readonly restIsOptional: boolean;
}

/** What could be allowed, in the words of the catalogue; what somebody does not want, they untick. */
export function ScopeChoice({ legend, scopes, ticked, restIsOptional }: ScopeChoiceProperties): ReactNode {
  const choices = scopes.filter(({ fixed }) => !fixed);
  const [only, another] = choices;
  const isChoice = another !== undefined || (restIsOptional && choices.length < scopes.length);
  return (
    <fieldset>
      <legend>
        <h2>{legend}</h2>
      </legend>
      {isChoice && only && <p className="hint">Untick what you do not want to allow.</p>}
      <ul className="scopes">
        {scopes.map((scope) => (
          <li key={scope.name}>
            {isChoice && !scope.fixed ? <Choice scope={scope} isTicked={ticked?.includes(scope.name) ?? true} /> : <Fixed scope={scope} />}
          </li>
        ))}
      </ul>
      {only && !isChoice && <Hidden fields={{ scope: only.name }} />}
    </fieldset>
  );
}

function Choice({ scope, isTicked }: { scope: ScopeView; isTicked: boolean }): ReactNode {
  return (
    <label className="scope">
      <input type="checkbox" name="scope" value={scope.name} defaultChecked={isTicked} />
      <ScopeText scope={scope} />
    </label>
  );
}

function Fixed({ scope }: { scope: ScopeView }): ReactNode {
  return (
    <div className="scope">
      <ScopeText scope={scope} />
    </div>
  );
}

function ScopeText({ scope: { name, description, risk, allowedBefore } }: { scope: ScopeView }): ReactNode {
  return (
    <span className="scope-text">
      <span>{description}</span>
      <span className="scope-facts">
        <RiskMark risk={risk} />
        {allowedBefore && <span className="badge badge-good">Allowed before</span>}
        <code>{name}</code>
      </span>
    </span>
  );
}
