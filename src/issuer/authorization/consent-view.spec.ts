import { describe, expect, it } from 'vitest';
import { destinationOf } from './consent-view.js';

describe('AZ-16 where a person is told that they will be sent', () => {
  it.each([
    ['https://app.example.com/cb', { kind: 'website', host: 'app.example.com' }],
    ['https://app.example.com:8443/cb', { kind: 'website', host: 'app.example.com:8443' }],
    ['http://127.0.0.1:4711/cb', { kind: 'this_computer' }],
    ['http://[::1]/cb', { kind: 'this_computer' }],
    ['http://localhost:3000/cb', { kind: 'this_computer' }],
    ['com.example.app:/cb', { kind: 'installed_app', scheme: 'com.example.app' }],
  ])('%s', (uri, destination) => {
    expect(destinationOf(uri)).toEqual(destination);
  });
});
