import type { ReactNode } from 'react';

/** Shown, not sent: the link says whose it is. Password managers keep it with the password. */
export function ReadOnlyEmail({ email }: { email: string }): ReactNode {
  return (
    <div className="field">
      <label htmlFor="email">E-mail address</label>
      <input id="email" type="email" defaultValue={email} autoComplete="username" readOnly />
    </div>
  );
}
