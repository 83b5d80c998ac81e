// Six services of our own in processes of their own, beside a Countersign that is started for them: who calls whom, who is refused, and
// what the trust map says of it. Ends with 1 when one answer is wrong.
import './lib/node-version.mjs';
import path from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { blocked, compromised, ordinaryDay, rotation } from './lib/demo-services/chapters.mjs';
import { Management } from './lib/demo-services/management.mjs';
import { ServiceProcess } from './lib/demo-services/processes.mjs';
import { launchProduct } from './lib/demo-services/product.mjs';
import { joinTokenOf, PUBLIC_API, register, SERVICES } from './lib/demo-services/registration.mjs';
import { Story } from './lib/demo-services/story.mjs';
import { trustMap } from './lib/demo-services/trust-map.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { onceInterrupted } from './lib/interruption.mjs';
import { StepFailure, endRunningSteps, say } from './lib/step.mjs';

let product;
const services = {};

onceInterrupted((signal) => {
  endRunningSteps(signal);
  void stopAll().finally(() => process.exit(1));
});

try {
  await ensureInstalled();
  await ensureBuilt();
  process.exitCode = await demo();
} catch (error) {
  console.error(error instanceof StepFailure ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function demo() {
  const story = new Story();
  say('starting a Countersign for the demo …');
  product = await launchProduct();
  Object.assign(product, await product.ready());
  const management = await Management.of(product);
  const registered = await register(management, product);
  say('starting the services …');
  const joinTokens = await startServices(management, registered);
  story.chapter('Six services have joined');
  for (const { name, spiffeId } of Object.values(services))
    story.expect(`${name} is ${spiffeId}`, spiffeId, `spiffe://demo.example/${name}`);
  const scene = { story, product, management, registered, demo: registered, services, joinTokens };
  for (const chapter of [ordinaryDay, rotation, compromised, blocked]) await chapter(scene);
  // With them goes what their guards still have to report.
  await stopServices();
  await trustMap(scene);
  console.log(`\n${story.told - story.wrong} of ${story.told} answers are right.`);
  return story.wrong === 0 ? 0 : 1;
}

async function startServices(management, { services: made, credential }) {
  const joinTokens = {};
  for (const name of SERVICES) joinTokens[name] = await joinTokenOf(management, made[name]);
  const environmentOf = (name) => ({
    INTERNAL_ISSUER: product.internalUrl,
    CA_FILE: product.caFile,
    JOIN_TOKEN: joinTokens[name],
    IDENTITY_FOLDER: path.join(product.dataDir, 'services', name),
    ...(name === 'gateway' && {
      PUBLIC_ISSUER: product.publicUrl,
      PUBLIC_AUDIENCE: PUBLIC_API,
      API_ID: credential.client_id,
      API_SECRET: credential.client_secret,
    }),
  });
  for (const name of SERVICES) services[name] = new ServiceProcess(name, environmentOf(name));
  await Promise.all(Object.values(services).map((service) => service.started()));
  const peers = Object.fromEntries(Object.values(services).map(({ name, url }) => [name, url]));
  await Promise.all(Object.values(services).map((service) => service.tell('peers', { peers })));
  return joinTokens;
}

function stopServices() {
  return Promise.all(Object.values(services).map((service) => service.stop()));
}

async function stopAll() {
  await stopServices();
  await product?.stop();
  // Those that were started while an interruption ended the others.
  await stopServices();
}
