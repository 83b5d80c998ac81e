/** What Express knows of the route that a request reached. */
export interface RoutedRequest {
  readonly method?: string | undefined;
  /** Absent outside a route: in `app.use(…)`. */
  readonly route?: { readonly path?: unknown } | undefined;
  readonly app?: object | undefined;
}

interface Layer {
  readonly route?: unknown;
  readonly handle?: { readonly stack?: readonly Layer[] };
  /** Express 5.3: the pattern it was mounted under. */
  readonly rawPath?: unknown;
  /** Express 4: made of that pattern, and the names of the parameters in it. */
  readonly regexp?: RegExp;
  readonly keys?: readonly unknown[];
}

interface Application {
  /** The patterns under which it is mounted in other applications. */
  readonly path?: () => string;
  /** Express 4, where `router` throws. */
  readonly _router?: { readonly stack: readonly Layer[] };
  readonly router?: { readonly stack: readonly Layer[] };
}

/** What Express 4 makes of a mount path without parameters. */
const LITERAL_MOUNT = /^\^((?:\\[/.]|[\w~-])*?)\\\/\?\(\?=\\\/\|\$\)$/;

const patterns = new WeakMap<object, string>();

/** `GET /orgs/:orgId/reports`. Made of what the application was built from, never of what the request says: `baseUrl` holds ids. */
export function expressOperation({ method = '', route, app = {} }: RoutedRequest): string {
  if (!route) return `${method} *`;
  let pattern = patterns.get(route);
  if (pattern === undefined) {
    pattern = mountPattern(app as Application, route) + String(route.path);
    patterns.set(route, pattern);
  }
  return `${method} ${pattern}`;
}

/** Where the routers above a route are mounted; empty where that cannot be told, or is more than one place. */
function mountPattern(app: Application, route: object): string {
  const [mount, ...others] = mountsOf(route, (app._router ?? app.router)?.stack ?? []);
  if (mount === undefined || others.length > 0 || mount.includes(undefined)) return '';
  return (app.path?.() ?? '') + mount.join('');
}

/** The ways from a stack down to the route, each as the patterns passed; undefined for one that cannot be read. */
function mountsOf(route: object, stack: readonly Layer[]): (string | undefined)[][] {
  return stack.flatMap((layer) => {
    if (layer.route === route) return [[]];
    return mountsOf(route, layer.handle?.stack ?? []).map((below) => [patternOf(layer), ...below]);
  });
}

function patternOf({ rawPath, regexp, keys }: Layer): string | undefined {
  if (typeof rawPath === 'string') return rawPath === '/' ? '' : rawPath;
  if (rawPath !== undefined || !regexp || keys?.length !== 0) return undefined;
  return LITERAL_MOUNT.exec(regexp.source)?.[1]?.replaceAll(/\\(.)/g, '$1');
}
