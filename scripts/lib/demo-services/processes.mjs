import { spawn } from 'node:child_process';
import { ROOT, inProject } from '../project.mjs';
import { end } from './product.mjs';

const START_MS = 60_000;

/** One service of examples/demo-services in a process of its own, with the libraries as they are built here. */
export class ServiceProcess {
  #answers = new Map();
  #count = 0;

  /** Of a process that can be stopped from now on. */
  constructor(name, environment) {
    const file = inProject('examples', 'demo-services', `${name}.js`);
    this.name = name;
    this.child = spawn(process.execPath, ['--import', './examples/local.mjs', file], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#answers.get(id) ?? {};
      this.#answers.delete(id);
      if (error === undefined) resolve?.(result);
      else reject?.(new Error(`${name}: ${error}`));
    });
    this.child.once('exit', () => {
      for (const { reject } of this.#answers.values()) reject(new Error(`${name} ended.`));
    });
  }

  /** Waits until it serves: `url` and `spiffeId` are known then. */
  async started() {
    let timer;
    const { url, spiffeId } = await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} did not start in time.`)), START_MS);
      this.child.once('exit', (code, signal) => reject(new Error(`${this.name} ended with ${code ?? signal}.`)));
      this.child.on('message', (message) => message.ready && resolve(message));
    }).finally(() => clearTimeout(timer));
    Object.assign(this, { url, spiffeId });
  }

  /** Has the process do something, and answers what came of it. */
  tell(command, details = {}) {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      // With a callback: to a process that has ended it would be an event that nobody hears.
      this.child.send({ id, command, ...details }, (error) => error && reject(new Error(`${this.name}: ${error.message}`)));
    });
  }

  stop() {
    return end(this.child);
  }
}
