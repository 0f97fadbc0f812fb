import { createServer } from 'node:http';
import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';

const authenticate = clerkMiddleware();
const guard = requireAuth();

export const server = createServer((req, res) => {
  const failed = (error: unknown): void => {
    console.error(error);
    if (res.headersSent) res.destroy();
    else res.writeHead(500).end();
  };
  authenticate(req, res, (error) => {
    if (error) return failed(error);
    guard(req, res, (error) => {
      if (error) return failed(error);
      res.end(`Hello ${getAuth(req).userId}`);
    });
  });
});
