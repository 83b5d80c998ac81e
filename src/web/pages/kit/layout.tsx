import type { ReactNode } from 'react';
import { Button, Form, Link } from './components.js';
import { BrandMark } from './icons.js';
import { useSite } from './site.js';

/** Who is signed in, for the bar above the page. */
export interface PageUser {
  readonly email: string;
  /** For the form that signs out. */
  readonly csrfToken: string;
}

export interface FrameProperties {
  /** Of the window; the product's name is added. */
  readonly title: string;
  /** `card`: one question in the middle. `wide`: a page to read and to work on. */
  readonly shape?: 'card' | 'wide' | undefined;
  readonly user?: PageUser | undefined;
  /** The browser goes there at once, without a script. */
  readonly forwardTo?: string | undefined;
  readonly children: ReactNode;
}

/** Everything around a page: bar, main part, foot. */
export function Frame({ title, shape = 'card', user, forwardTo, children }: FrameProperties): ReactNode {
  const site = useSite();
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${site.name}`}</title>
        <link rel="stylesheet" href={site.stylesheet} />
        {forwardTo !== undefined && <meta httpEquiv="refresh" content={`0;url=${forwardTo}`} />}
      </head>
      <body className={`page page-${shape}`}>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <header className="bar">
          <Brand />
          {user && <SignedIn {...user} />}
        </header>
        <main id="main">{children}</main>
        <footer className="foot">
          <p>
            {site.name} at <strong>{site.host}</strong>
          </p>
        </footer>
      </body>
    </html>
  );
}

function Brand(): ReactNode {
  const { name, logo } = useSite();
  return (
    <p className="brand">
      {logo === undefined ? <BrandMark /> : <img src={logo} alt="" height={32} />}
      <span>{name}</span>
    </p>
  );
}

function SignedIn({ email, csrfToken }: PageUser): ReactNode {
  return (
    <div className="who">
      <Link to="/account">{email}</Link>
      <Form to="/logout" csrfToken={csrfToken}>
        <Button kind="quiet" small>
          Sign out
        </Button>
      </Form>
    </div>
  );
}
