import { spawn } from 'node:child_process';
import { ROOT, inProject } from '../project.mjs';
import { end } from './product.mjs';

const START_MS = 60_000;

/** One service of examples/demo-services in a process of its own, with the libraries as they are built here. */
export class ServiceProcess {
  #answers = new Map();
  #count = 0;

  static async start(name, environment) {
    const child = spawn(process.execPath, ['--import', './examples/local.mjs', inProject('examples', 'demo-services', `${name}.js`)], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const service = new ServiceProcess(name, child);
    Object.assign(service, await service.#started());
    return service;
  }

  constructor(name, child) {
    this.name = name;
    this.child = child;
    child.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#answers.get(id) ?? {};
      this.#answers.delete(id);
      if (error === undefined) resolve?.(result);
      else reject?.(new Error(`${name}: ${error}`));
    });
    child.once('exit', () => {
      for (const { reject } of this.#answers.values()) reject(new Error(`${name} ended.`));
    });
  }

  /** Has the process do something, and answers what came of it. */
  tell(command, details = {}) {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.child.send({ id, command, ...details });
    });
  }

  stop() {
    return end(this.child);
  }

  #started() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.name} did not start in time.`)), START_MS);
      this.child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}.`)));
      this.child.on('message', (message) => {
        if (!message.ready) return;
        clearTimeout(timer);
        resolve({ url: message.url, spiffeId: message.spiffeId });
      });
    });
  }
}
