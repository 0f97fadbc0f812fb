import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { verifyWebhook, WebhookVerificationError } from 'bailiff/express';

async function receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const event = await verifyWebhook(req);
    if (event.type === 'user.deleted') console.log('gone:', event.data.id);
    res.writeHead(204).end();
  } catch (error) {
    res.writeHead(error instanceof WebhookVerificationError ? error.status : 500).end();
  }
}

export const server = createServer((req, res) => void receive(req, res));
