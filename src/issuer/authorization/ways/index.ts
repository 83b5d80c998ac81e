import { DeviceWay } from './device.way.js';
import { RedirectWay } from './redirect.way.js';

/** Every way in which an app is answered. Add a file and a line. */
export const ANSWER_WAYS = [RedirectWay, DeviceWay];
/** Injection token of their registry. */
export const ANSWER_WAY_REGISTRY = Symbol('answer ways');
