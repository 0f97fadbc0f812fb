/** Express on Lambda, behind API Gateway (REST or HTTP API) or a function URL: serverless-http makes a request of each event. */
import express from 'express';
import serverless from 'serverless-http';
import { clerkMiddleware, requireAuth } from 'bailiff/express';

const app = express();
// PUBLIC_URL: where browsers see the API, with its stage. Not needed for a function URL and for `$default` on an own domain.
app.use(clerkMiddleware({ publicUrl: process.env['PUBLIC_URL'] }));
app.get('/me', requireAuth(), (req, res) => {
  res.json({ userId: req.auth.userId });
});
app.post('/echo', requireAuth(), express.json(), (req, res) => {
  res.json(req.body);
});

// The types of serverless-http know Express 4.
export const handler = serverless(app as never);
