import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import connect from 'connect';

export const app = connect();
app.use(clerkMiddleware());
app.use('/me', requireAuth());
app.use('/me', (req, res) => {
  res.end(`Hello ${getAuth(req).userId}`);
});
