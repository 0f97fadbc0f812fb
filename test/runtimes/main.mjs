/**
 * Runs the contract on whatever runtime executes this file, Express and Fastify included. The arguments are the names of the entry points that
 * this runtime loads. Exits with 1 if anything failed.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import express from 'express';
import fastify from 'fastify';
import { runContract } from './contract.mjs';

const listen = (app) =>
  new Promise((resolve) => {
    const server = createServer(app);
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        close: () => new Promise((done) => server.close(done)),
      }),
    );
  });

const names = process.argv.slice(2);
const entryPoints = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await import(name)])));
const results = await runContract({ entryPoints, express, fastify, listen });
for (const { name, ok, error } of results) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${ok ? '' : `\n${error}`}`);
process.exit(results.length >= 10 && results.every(({ ok }) => ok) ? 0 : 1);
