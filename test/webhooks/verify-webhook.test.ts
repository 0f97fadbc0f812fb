import { Webhook as Svix } from 'svix';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { ConfigurationError, verifyWebhook, verifyWebhookPayload, WebhookVerificationError } from 'bailiff/webhooks';
import type { VerifyWebhookOptions } from 'bailiff/webhooks';

const SECRET = 'whsec_YWNvcm4tYm9va3Mtd2ViaG9vay1kZW1vLWtleS0wMSE=';
const OTHER = 'whsec_YW5vdGhlci1zZWNyZXQtdGhhdC1pcy1sb25nLWVub3VnaCE=';
const NOW = 1_800_000_000_000;
const BODY = '{"type":"user.created","object":"event","data":{"id":"user_a1"}}';
const options: VerifyWebhookOptions = { signingSecret: SECRET, now: () => NOW };

/** As Clerk's sender signs it: by the svix package, not by ours. */
function delivery({ body = BODY, secret = SECRET, at = NOW, id = 'msg_demo1' } = {}) {
  return {
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at / 1000)),
    'svix-signature': new Svix(secret).sign(id, new Date(at), body),
  };
}

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => expect.unreachable('was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WebhookVerificationError);
  return (error as WebhookVerificationError).code;
}

describe('a genuine delivery', () => {
  it('is accepted from a Web Request, from headers with text, and from headers with bytes', async () => {
    const headers = delivery();
    const request = new Request('http://127.0.0.1/hooks', { method: 'POST', headers, body: BODY });
    const inputs = [request, { headers, body: BODY }, { headers: new Headers(headers), body: Buffer.from(BODY) }];
    for (const input of inputs) {
      expect(await verifyWebhook(input, options)).toEqual({
        id: 'msg_demo1',
        type: 'user.created',
        object: 'event',
        data: { id: 'user_a1' },
      });
    }
  });

  it('matches the published example of the signature', async () => {
    const headers = {
      'svix-id': 'msg_demo1',
      'svix-timestamp': '1800000000',
      'svix-signature': 'v1,Yg54l947qSZO0FrFJRVFfc/7XZyY88ybOg5CQL7TY9Y=',
    };
    expect((await verifyWebhook({ headers, body: BODY }, options)).type).toBe('user.created');
  });

  it('S17: may carry several signatures if one fits', async () => {
    const good = delivery()['svix-signature'];
    const headers = { ...delivery(), 'svix-signature': `v2,AAAA v1,${'A'.repeat(43)}= ${good}` };
    expect((await verifyWebhook({ headers, body: BODY }, options)).id).toBe('msg_demo1');
  });

  it('may be signed by the old or the new secret during a rotation', async () => {
    for (const secret of [SECRET, OTHER]) {
      const rotating = { ...options, signingSecret: [OTHER, SECRET] };
      expect((await verifyWebhook({ headers: delivery({ secret }), body: BODY }, rotating)).id).toBe('msg_demo1');
      const joined = { ...options, signingSecret: `${OTHER}, ${SECRET}` };
      expect((await verifyWebhook({ headers: delivery({ secret }), body: BODY }, joined)).id).toBe('msg_demo1');
    }
  });

  it('may use the header names of the Standard Webhooks specification', async () => {
    const headers = Object.fromEntries(
      Object.entries(delivery()).map(([name, value]) => [name.replace('svix', 'webhook'), value]),
    );
    expect((await verifyWebhook({ headers, body: BODY }, options)).id).toBe('msg_demo1');
  });

  it('is accepted with any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const body = JSON.stringify({ type: 'a.new.type', object: 'event', data: { id: text } });
        const event = await verifyWebhook({ headers: delivery({ body }), body: Buffer.from(body) }, options);
        expect((event.data as { id: string }).id).toBe(text);
      }),
    );
  });
});

describe('S17: a delivery is refused', () => {
  it.each([
    [-300, null],
    [300, null],
    [-301, 'timestamp-too-old'],
    [301, 'timestamp-too-new'],
  ])('by its age: signed %d seconds from now -> %s', async (seconds, code) => {
    const run = verifyWebhook({ headers: delivery({ at: NOW + seconds * 1000 }), body: BODY }, options);
    if (code === null) expect((await run).id).toBe('msg_demo1');
    else expect(await refusal(run)).toBe(code);
  });

  it('if a clock or a tolerance is not a number', async () => {
    const request = { headers: delivery(), body: BODY };
    // No refusal: the sender has done nothing wrong.
    await expect(verifyWebhook(request, { ...options, now: () => NaN })).rejects.toBeInstanceOf(TypeError);
    expect(await refusal(verifyWebhook(request, { ...options, toleranceSeconds: NaN }))).toBe('timestamp-too-old');
  });

  it.each(['', 'soon', '-1', '1e9', '0x6b49d200', 'NaN', '1'.repeat(40)])(
    'if its timestamp is %j',
    async (timestamp) => {
      const headers = { ...delivery(), 'svix-timestamp': timestamp };
      expect(await refusal(verifyWebhook({ headers, body: BODY }, options))).toBe(
        timestamp === '' ? 'headers-missing' : 'timestamp-invalid',
      );
    },
  );

  it('if any byte of body, id, time or signature differs', async () => {
    const whole = { ...delivery(), body: BODY };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('body', 'svix-id', 'svix-timestamp', 'svix-signature'),
        fc.nat(),
        fc.constantFrom(1, 2, 4),
        async (field, at, bit) => {
          const text = whole[field];
          const index = at % text.length;
          const changed =
            text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ bit) + text.slice(index + 1);
          const { body, ...headers } = { ...whole, [field]: changed };
          await refusal(verifyWebhook({ headers, body }, options));
        },
      ),
    );
  });

  it('if it is signed with another secret', async () => {
    expect(await refusal(verifyWebhook({ headers: delivery({ secret: OTHER }), body: BODY }, options))).toBe(
      'signature-mismatch',
    );
  });

  it('if headers are missing, and names them', async () => {
    const run = verifyWebhook({ headers: { 'svix-id': 'msg_1', 'svix-signature': ' ' }, body: BODY }, options);
    await expect(run).rejects.toMatchObject({
      code: 'headers-missing',
      message: expect.stringContaining('svix-timestamp, svix-signature') as string,
    });
  });

  it('if bytes are not UTF-8, though replacement characters would match', async () => {
    const headers = delivery({ body: '{"type":"x","data":{"a":"\ufffd"}}' });
    const body = Buffer.concat([Buffer.from('{"type":"x","data":{"a":"'), Buffer.from([0xff]), Buffer.from('"}}')]);
    expect(await refusal(verifyWebhook({ headers, body }, options))).toBe('signature-mismatch');
  });

  it.each(['', 'null', '[]', '"x"', '{"type":1,"data":{}}', '{"type":"x"}', '{"type":"x","data":[]}', '{'])(
    'if it is signed but no event: %s',
    async (body) => {
      expect(await refusal(verifyWebhook({ headers: delivery({ body }), body }, options))).toBe('payload-invalid');
    },
  );

  it.each([undefined, null, JSON.parse(BODY) as unknown, 5, [1]])(
    'with a remedy if a parser consumed the body: %j',
    async (body) => {
      const headers = delivery();
      const run = Promise.resolve().then(() =>
        verifyWebhookPayload({ headers: (name) => headers[name as keyof typeof headers], body }, options),
      );
      await expect(run).rejects.toMatchObject({
        code: 'raw-body-required',
        remedy: expect.stringContaining('express.raw') as string,
      });
    },
  );

  it('if a Web Request was read before', async () => {
    const request = new Request('http://127.0.0.1/hooks', { method: 'POST', headers: delivery(), body: BODY });
    await request.json();
    expect(await refusal(verifyWebhook(request, options))).toBe('raw-body-required');
  });

  it('if a header name is inherited', async () => {
    const headers = Object.create(delivery()) as Record<string, string>;
    expect(await refusal(verifyWebhook({ headers, body: BODY }, options))).toBe('headers-missing');
  });
});

describe('a body beyond the limit', () => {
  const bodyOf = (bytes: number) => {
    const [start, end] = ['{"type":"a","data":{"x":"', '"}}'];
    return start + 'a'.repeat(bytes - start.length - end.length) + end;
  };
  /** A body that tells how much of it was asked for; it ends by itself far behind what anybody should read. */
  const FAR = 40_000_000;
  function endless(piece = 100_000) {
    const read = { bytes: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read.bytes += piece;
          if (read.bytes > FAR) controller.close();
          else controller.enqueue(new Uint8Array(piece));
        },
        cancel: () => void (read.cancelled = true),
      },
      { highWaterMark: 0 },
    );
    const request = (headers: Record<string, string>) =>
      new Request('http://127.0.0.1/hooks', { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit);
    return { read, request };
  }

  it.each([
    [1_000_000, undefined, null],
    [1_000_001, undefined, 'body-too-large'],
    [1_000, 1_000, null],
    [1_001, 1_000, 'body-too-large'],
    [2_000_000, 2_000_000, null],
    [100, NaN, 'body-too-large'],
    [100, 0, 'body-too-large'],
  ])('of %d bytes where %s may be: %s', async (bytes, maxBodyBytes, code) => {
    const body = bodyOf(bytes);
    const headers = delivery({ body });
    const limited = maxBodyBytes === undefined ? options : { ...options, maxBodyBytes };
    const inputs = () => [
      { headers, body },
      { headers, body: Buffer.from(body) },
      { headers: { ...headers, 'content-length': String(bytes) }, body },
      new Request('http://127.0.0.1/hooks', { method: 'POST', headers, body }),
    ];
    for (const input of inputs()) {
      const run = verifyWebhook(input, limited);
      if (code === null) expect((await run).id).toBe('msg_demo1');
      else expect(await refusal(run)).toBe(code);
    }
  });

  it('is measured in bytes, not in characters', async () => {
    const body = JSON.stringify({ type: 'a', data: { x: 'ä'.repeat(400) } });
    const headers = delivery({ body });
    const bytes = Buffer.byteLength(body);
    expect(bytes).toBeGreaterThan(body.length);
    expect((await verifyWebhook({ headers, body }, { ...options, maxBodyBytes: bytes })).id).toBe('msg_demo1');
    const run = verifyWebhook({ headers, body }, { ...options, maxBodyBytes: bytes - 1 });
    expect(await refusal(run)).toBe('body-too-large');
  });

  it('has the status 413, unlike all other refusals with 400', async () => {
    const large = verifyWebhook({ headers: delivery(), body: BODY }, { ...options, maxBodyBytes: 5 });
    await expect(large).rejects.toMatchObject({
      status: 413,
      remedy: expect.stringContaining('maxBodyBytes') as string,
    });
    await expect(verifyWebhook({ headers: {}, body: BODY }, options)).rejects.toMatchObject({ status: 400 });
  });

  it.each<[string, Record<string, string>, string]>([
    ['headers are missing', {}, 'headers-missing'],
    ['the signature is missing', { ...delivery(), 'svix-signature': '' }, 'headers-missing'],
    ['it is too old', delivery({ at: NOW - 301_000 }), 'timestamp-too-old'],
    ['the time is none', { ...delivery(), 'svix-timestamp': 'x' }, 'timestamp-invalid'],
    ['it announces too much', { ...delivery(), 'content-length': '1000001' }, 'body-too-large'],
  ])('is not read if %s', async (_, headers, code) => {
    const { read, request } = endless();
    expect(await refusal(verifyWebhook(request(headers), options))).toBe(code);
    expect(read.bytes).toBe(0);
  });

  it('is refused as soon as it is too long, whether or not more arrives', async () => {
    let pieces = 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      ++pieces > 11 ? new Promise<void>(() => undefined) : controller.enqueue(new Uint8Array(100_000));
    const stalled = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
    const init = { method: 'POST', headers: delivery(), body: stalled, duplex: 'half' };
    const run = verifyWebhook(new Request('http://127.0.0.1/hooks', init), options);
    expect(await refusal(run)).toBe('body-too-large');
  });

  it('is then read on for a while without being kept', async () => {
    const { read, request } = endless();
    expect(await refusal(verifyWebhook(request(delivery()), options))).toBe('body-too-large');
    while (!read.cancelled && read.bytes <= FAR) await new Promise((resolve) => setImmediate(resolve));
    expect(read.bytes).toBeLessThan(18_000_000);
  });

  it('is not complete if it breaks off or somebody else reads it', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const request = (body: ReadableStream) =>
      new Request('http://127.0.0.1/hooks', {
        method: 'POST',
        headers: delivery(),
        body,
        duplex: 'half',
      } as RequestInit);
    expect(await refusal(verifyWebhook(request(broken), options))).toBe('raw-body-required');
    const locked = request(new ReadableStream());
    locked.body?.getReader();
    expect(await refusal(verifyWebhook(locked, options))).toBe('raw-body-required');
  });
});

describe('the signing secret', () => {
  it.each([[''], ['   '], [[]], ['whsec_'], ['whsec_***'], [['whsec_***', SECRET]]])(
    'is refused with a configuration error: %j',
    async (signingSecret) => {
      const run = verifyWebhook({ headers: delivery(), body: BODY }, { ...options, signingSecret });
      await expect(run).rejects.toBeInstanceOf(ConfigurationError);
      await expect(run).rejects.toThrow('CLERK_WEBHOOK_SIGNING_SECRET');
    },
  );

  it('never appears in an error, nor do the signature and the body', async () => {
    const errors: unknown[] = [];
    const collect = (run: Promise<unknown>) => run.catch((error: unknown) => errors.push(error));
    const headers = delivery({ secret: OTHER });
    await collect(verifyWebhook({ headers, body: BODY }, options));
    await collect(verifyWebhook({ headers, body: BODY }, { ...options, signingSecret: 'whsec_canary*' }));
    await collect(verifyWebhook({ headers: {}, body: BODY }, options));
    expect(errors).toHaveLength(3);
    const text = errors.map((error) => inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).join();
    for (const secret of [SECRET.slice(6, 30), 'canary', headers['svix-signature'].slice(3), 'user_a1']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('types', () => {
  it('narrow data by type, and allow unknown types', async () => {
    const body = '{"type":"user.deleted","object":"event","data":{"id":"user_a1","object":"user","deleted":true}}';
    const event = await verifyWebhook({ headers: delivery({ body }), body }, options);
    switch (event.type) {
      case 'user.deleted': {
        const deleted: true = event.data.deleted;
        expect(deleted).toBe(true);
        break;
      }
      case 'user.created':
        // @ts-expect-error -- only a deletion has this mark
        expect.unreachable(event.data.deleted as true satisfies true);
        break;
      default:
        expect.unreachable(event.type satisfies string);
    }
  });
});
