import type { ReactNode } from 'react';
import { AlertIcon, CheckIcon, InfoIcon } from './icons.js';
import { useSite } from './site.js';

/** A link to a path of ours. */
export function Link({ to, className, children }: { to: string; className?: string | undefined; children: ReactNode }): ReactNode {
  return (
    <a href={useSite().basePath + to} className={className}>
      {children}
    </a>
  );
}

/** A link that leaves us: nobody there learns where it stood. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }): ReactNode {
  return (
    <a href={href} rel="noopener noreferrer nofollow" target="_blank">
      {children}
    </a>
  );
}

interface FormProperties {
  /** Path of ours that takes it. */
  readonly to: string;
  readonly csrfToken: string;
  /** Fields that nobody sees; undefined ones are left out. */
  readonly hidden?: Readonly<Record<string, string | undefined>> | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A form with the token that proves where it came from. */
export function Form({ to, csrfToken, hidden = {}, className, children }: FormProperties): ReactNode {
  return (
    <form method="post" action={useSite().basePath + to} className={className}>
      <Hidden fields={{ csrf_token: csrfToken, ...hidden }} />
      {children}
    </form>
  );
}

export function Hidden({ fields }: { fields: Readonly<Record<string, string | undefined>> }): ReactNode {
  return Object.entries(fields).map(([name, value]) => value !== undefined && <input key={name} type="hidden" name={name} value={value} />);
}

interface ButtonProperties {
  readonly kind?: 'main' | 'plain' | 'quiet' | 'danger' | undefined;
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly small?: boolean | undefined;
  readonly children: ReactNode;
}

/** Sends the form it stands in. */
export function Button({ kind = 'main', name, value, small, children }: ButtonProperties): ReactNode {
  return (
    <button type="submit" name={name} value={value} className={buttonClass(kind, small)}>
      {children}
    </button>
  );
}

/** Looks like a button, and leads to a path of ours. */
export function ButtonLink({
  kind = 'plain',
  to,
  children,
}: {
  kind?: ButtonProperties['kind'];
  to: string;
  children: ReactNode;
}): ReactNode {
  return (
    <Link to={to} className={buttonClass(kind)}>
      {children}
    </Link>
  );
}

export function buttonClass(kind: NonNullable<ButtonProperties['kind']>, small = false): string {
  return `button button-${kind}${small ? ' button-small' : ''}`;
}

interface FieldProperties {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | undefined;
  readonly value?: string | undefined;
  /** What a password manager is told. */
  readonly autoComplete: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean | undefined;
  readonly minLength?: number | undefined;
  readonly required?: boolean | undefined;
}

/** One line to fill in; what is wrong with it stands below it. */
export function Field({ name, label, type = 'text', value, hint, error, ...more }: FieldProperties): ReactNode {
  const told = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        defaultValue={value}
        required
        maxLength={type === 'email' ? 320 : undefined}
        autoCapitalize={type === 'text' ? 'words' : 'none'}
        spellCheck={false}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={told || undefined}
        {...more}
      />
      {hint !== undefined && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

const ALERT_ICONS = { error: AlertIcon, warning: AlertIcon, success: CheckIcon, info: InfoIcon } as const;

/** Something that a person has to know before the rest. */
export function Alert({ kind, title, children }: { kind: keyof typeof ALERT_ICONS; title?: string; children?: ReactNode }): ReactNode {
  const Icon = ALERT_ICONS[kind];
  return (
    <div className={`alert alert-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <Icon />
      <div>
        {title !== undefined && <p className="alert-title">{title}</p>}
        {children !== undefined && <p>{children}</p>}
      </div>
    </div>
  );
}

export function Card({ children }: { children: ReactNode }): ReactNode {
  return <section className="card">{children}</section>;
}

/** The head of a card. */
export function Heading({ title, children }: { title: ReactNode; children?: ReactNode }): ReactNode {
  return (
    <div className="heading">
      <h1>{title}</h1>
      {children !== undefined && <p className="lead">{children}</p>}
    </div>
  );
}
