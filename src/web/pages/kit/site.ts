import { createContext, useContext } from 'react';

/** What every page shows, and where addresses begin. */
export interface Site {
  readonly name: string;
  /** Path of PUBLIC_URL, or nothing. */
  readonly basePath: string;
  /** Host of PUBLIC_URL: what the address bar should say. */
  readonly host: string;
  readonly stylesheet: string;
  readonly logo: string | undefined;
}

export const SiteContext = createContext<Site | undefined>(undefined);

/** For components: paths of ours begin with `basePath`. */
export function useSite(): Site {
  const site = useContext(SiteContext);
  if (!site) throw new Error('Components are drawn inside a page.');
  return site;
}
