import { login } from './login.js';

const { CLIENT_ID, ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics` } = process.env;
if (!CLIENT_ID) throw new Error('CLIENT_ID is missing.');

const tokens = await login({ issuer: ISSUER, clientId: CLIENT_ID, audience: AUDIENCE, scope: 'read:analytics-data', tell: console.log });
const response = await fetch(`${AUDIENCE}/v1/metrics?metric=events`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
console.log(response.ok ? JSON.stringify(await response.json()) : `The API answered ${response.status}.`);
