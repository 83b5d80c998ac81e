import { readFileSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const POLL_MS = 500;

/** Calls back once, however many signals arrive: Ctrl-C reaches npm and us, and npm passes its own on to us as well. */
export function onceInterrupted(callback) {
  let isInterrupted = false;
  const interrupt = (signal) => {
    if (isInterrupted) return;
    isInterrupted = true;
    callback(signal);
  };
  for (const signal of SIGNALS) process.on(signal, () => interrupt(signal));
  watchNpm(() => interrupt('SIGTERM'));
}

/** kill -9 of npm tells nobody, but a process whose parent died gets another one. */
function watchNpm(onDeath) {
  // Started by hand, in the background of a shell that is then closed, we stay.
  if (!process.env['npm_lifecycle_event']) return;
  const parent = process.ppid;
  const npm = isShellOfNpm(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    onDeath();
  }, POLL_MS);
  timer.unref();
}

/** npm runs us through `sh -c`; some shells stay in between, and then it is theirs to lose npm. */
function isShellOfNpm(pid) {
  const [shell = '', flag = ''] = read(`/proc/${pid}/cmdline`).split('\0');
  return /(^|\/)\w*sh$/.test(shell) && flag === '-c';
}

function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
