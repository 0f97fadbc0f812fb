import { createServer } from 'node:http';
import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import { Server } from 'socket.io';

const pages = new Set(['https://app.example.com']);

export const server = createServer();
const io = new Server(server, {
  // Browsers send cookies with a WebSocket from any page, and always say which origin it has.
  allowRequest: ({ headers: { origin } }, done) => done(null, origin === undefined || pages.has(origin)),
});
io.engine.use(clerkMiddleware());
io.engine.use(requireAuth());
io.on('connection', (socket) => {
  socket.emit('hello', getAuth(socket.request).userId);
});
