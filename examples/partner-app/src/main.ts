import { partnerApp } from './app.js';
import { Countersign } from './connection.js';
import { Saasalytics } from './saasalytics.js';
import { readSettings } from './settings.js';

try {
  const settings = readSettings(process.env);
  const countersign = new Countersign(settings);
  const { api, port, demoUser } = settings;
  partnerApp(countersign, new Saasalytics(countersign, api)).listen(port, '127.0.0.1', (error) => {
    if (error) return stop(`Port ${port} cannot be used (${error.message}): set PORT to another one.`);
    console.log(`Pulse, a partner app, is at http://127.0.0.1:${port}`);
    if (demoUser) console.log(`Somebody of the demo who can sign in: ${demoUser.email}, password ${demoUser.password}`);
  });
} catch (error) {
  stop(error instanceof Error ? error.message : String(error));
}

function stop(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
