import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import polka from 'polka';

export const app = polka();
app.use(clerkMiddleware());
app.get('/me', requireAuth(), (req, res) => {
  res.end(`Hello ${getAuth(req).userId}`);
});
