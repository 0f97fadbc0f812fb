/** Runs the contract on whatever runtime executes this file, Express included. Exits with 1 if anything failed. */
import { createServer } from 'node:http';
import process from 'node:process';
import express from 'express';
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

const results = await runContract({ express, listen });
for (const { name, ok, error } of results) console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${ok ? '' : `\n${error}`}`);
process.exit(results.length >= 9 && results.every(({ ok }) => ok) ? 0 : 1);
