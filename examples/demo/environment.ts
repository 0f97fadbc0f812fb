/** An offline Clerk instance, and the two example applications in front of it, all on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { createApp as createExpressApp } from '../express-api/app.js';
import { createApp as createHonoApp } from '../hono-api/app.js';
import type { DemoApp } from './run-cases.js';

export interface DemoEnvironment {
  readonly clerk: LocalInstance;
  readonly sites: readonly DemoApp[];
  close(): Promise<void>;
}

/** Ports that are wanted, so that addresses stay the same; one that is taken gives way to any that is free. */
export interface Ports {
  readonly clerk: number;
  readonly express: number;
  readonly hono: number;
}

const SEED = {
  seed: 'acorn',
  roles: [
    { key: 'org:admin', permissions: ['org:invoices:read', 'org:invoices:manage'] },
    { key: 'org:member', permissions: ['org:invoices:read'] },
  ],
  users: [
    { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@acornbooks.example' },
    { id: 'user_bob', first_name: 'Bob', last_name: 'Noyce', email_address: 'bob@acornbooks.example' },
    { id: 'user_cleo', first_name: 'Cleo', last_name: 'Batch', email_address: 'cleo@acornbooks.example' },
  ],
  organizations: [
    {
      id: 'org_acorn',
      name: 'Acorn Books',
      slug: 'acorn',
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
      ],
    },
    { id: 'org_oak', name: 'Oak Press', slug: 'oak', members: [{ user: 'user_ada', role: 'org:member' }] },
  ],
};

export async function openEnvironment(ports: Ports = { clerk: 0, express: 0, hono: 0 }): Promise<DemoEnvironment> {
  const clerk = await orAnyPort(ports.clerk, (port) => startLocalInstance({ port, seed: SEED }));
  // The applications read their keys from the environment, as they would in production.
  Object.assign(process.env, clerk.env);
  const options = { clerk: { now: clerk.now }, accountsUrl: clerk.frontendApiUrl };
  const express = await orAnyPort(ports.express, (port) => listen(createServer(createExpressApp(options)), port));
  const hono = await orAnyPort(ports.hono, (port) =>
    listen(createAdaptorServer({ fetch: createHonoApp(options).fetch }) as Server, port),
  );
  return {
    clerk,
    sites: [
      { name: 'Express', url: urlOf(express) },
      { name: 'Hono', url: urlOf(hono) },
    ],
    async close() {
      for (const server of [express, hono]) {
        server.close();
        server.closeAllConnections();
      }
      await clerk.close();
    },
  };
}

async function orAnyPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (port === 0 || (error as { code?: string }).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
