/** Images on their way up, as they arrive over the wire. */
import { BackendApiError, createBackendApi, createBackendClient, InvalidArgumentError, type Upload } from 'bailiff/api';
import * as users from 'bailiff/api/users';
import { startLocalInstance } from 'bailiff-local';
import { mkdtempSync, openAsBlob, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { useRecordingServer, type RecordedRequest } from './support/recording-server.js';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const PNG = bytesOf('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\r\n--x--\r\n');
const IMAGES = {
  png: PNG,
  jpeg: bytesOf('\xff\xd8\xff\xe0\0\x10JFIF'),
  gif: bytesOf('GIF89a\x01\0'),
  webp: bytesOf('RIFF\x24\0\0\0WEBPVP8 '),
};
const folder = mkdtempSync(join(tmpdir(), 'bailiff-upload-'));
const onDisk = join(folder, 'a "logo".png');
writeFileSync(onDisk, PNG);
writeFileSync(join(folder, 'secret'), 'root:x:0:0');

const server = useRecordingServer();
const create = () =>
  createBackendApi({ apiUrl: server.url, secretKey: 'sk_test_upload', wait: () => Promise.resolve() }, {});
const send = (file: unknown, options?: object) =>
  create().users.setProfileImage('user_1', { file: file as Upload }, options);

/** The parts of a form, read by another hand. */
async function parts({ headers, body }: RecordedRequest) {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': headers['content-type']! },
  }).formData();
  return Object.fromEntries(
    await Promise.all(
      [...form].map(async ([field, value]) => [
        field,
        typeof value === 'string'
          ? value
          : { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()).toString('latin1') },
      ]),
    ),
  ) as Record<string, unknown>;
}
const image = (name: string, type: string, bytes: Buffer) => ({ name, type, bytes: bytes.toString('latin1') });

describe('while the code for uploads loads', () => {
  it('the caller may reuse the object for another call', async () => {
    const body = { file: IMAGES.gif as Upload };
    const sent = create().users.setProfileImage('user_1', body);
    body.file = IMAGES.png;
    await sent;
    expect(await parts(server.requests[0]!)).toEqual({ file: image('image.gif', 'image/gif', IMAGES.gif) });
  });

  it('a broken stream rejects the call and does not end the process', async () => {
    const stream = new Readable({ read: () => undefined });
    const sent = send(stream);
    // Heard by whoever listens at this moment: without a listener it throws.
    stream.emit('error', new Error('gone'));
    stream.destroy(new Error('gone'));
    await expect(sent).rejects.toThrow(InvalidArgumentError);
    expect(server.requests).toEqual([]);
  });
});

describe('an image', () => {
  it.each<[string, () => unknown, string]>([
    ['a File', () => new File([PNG], 'me.png', { type: 'image/png' }), 'me.png'],
    ['a File of no type', () => new File([PNG], 'me'), 'me'],
    ['a Blob', () => new Blob([PNG], { type: 'image/png' }), 'image.png'],
    ['a Blob of no type', () => new Blob([PNG]), 'image.png'],
    ['a Buffer', () => PNG, 'image.png'],
    [
      'a part of a Buffer',
      () => Buffer.concat([bytesOf('before'), PNG, bytesOf('after')]).subarray(6, 6 + PNG.length),
      'image.png',
    ],
    ['a Uint8Array', () => new Uint8Array(PNG), 'image.png'],
    ['a DataView', () => new DataView(new Uint8Array(PNG).buffer), 'image.png'],
    ['an ArrayBuffer', () => new Uint8Array(PNG).buffer, 'image.png'],
    [
      'an ArrayBuffer of another realm',
      () => runInNewContext(`new Uint8Array([${[...PNG].join()}]).buffer`),
      'image.png',
    ],
    ['a Web stream', () => new Blob([PNG]).stream(), 'image.png'],
    ['a Node stream', () => Readable.from([PNG.subarray(0, 3), PNG.subarray(3)]), 'image.png'],
    [
      'a generator',
      () =>
        (async function* () {
          yield PNG.subarray(0, 5);
          yield PNG.subarray(5);
        })(),
      'image.png',
    ],
    ['a file: URL', () => pathToFileURL(onDisk), 'a "logo".png'],
    ['what Node opens', () => openAsBlob(onDisk), 'image.png'],
  ])('%s', async (_, make, name) => {
    await send(await make());
    expect(await parts(server.requests[0]!)).toEqual({ file: image(name, 'image/png', PNG) });
    expect(server.requests[0]!.headers['content-length']).toBe(String(server.requests[0]!.body.length));
  });

  it.each(Object.entries(IMAGES))('%s is recognized by its first bytes, whatever its name', async (type, bytes) => {
    await send(bytes);
    await send(new File([bytes], 'me.bmp', { type: 'image/bmp' }));
    expect(await Promise.all(server.requests.map(parts))).toEqual([
      { file: image(`image.${type}`, `image/${type}`, bytes) },
      { file: image('me.bmp', `image/${type}`, bytes) },
    ]);
  });

  it("has the Blob's type if its bytes are unknown", async () => {
    const bytes = bytesOf('<svg/>');
    await send(new Blob([bytes], { type: 'image/svg+xml' }));
    expect(await parts(server.requests[0]!)).toEqual({ file: image('image.bin', 'image/svg+xml', bytes) });
  });

  it('follows the other fields', async () => {
    await create().organizations.uploadLogo('org_1', { file: PNG, uploader_user_id: 'user_1' });
    expect(server.requests[0]).toMatchObject({ method: 'PUT', target: '/v1/organizations/org_1/logo' });
    expect(Object.entries(await parts(server.requests[0]!))).toEqual([
      ['uploader_user_id', 'user_1'],
      ['file', image('image.png', 'image/png', PNG)],
    ]);
  });

  it('cannot break out of the form by its name', async () => {
    const name = 'a"\r\nX-Evil: 1\r\n\r\n.png';
    await send(new File([PNG], name));
    const [request] = server.requests;
    expect(await parts(request!)).toEqual({ file: image(name, 'image/png', PNG) });
    expect(request!.body.toString('latin1').match(/^X-Evil/m)).toBeNull();
  });

  it('cannot guess the boundary, which is new for each form', async () => {
    await send(PNG);
    await send(PNG);
    const [one, other] = server.requests.map(({ headers }) => headers['content-type']);
    expect(one).toMatch(/^multipart\/form-data; boundary=bailiff-[\da-f-]{36}$/);
    expect(one).not.toBe(other);
  });

  it('is read once from a stream and sent again', async () => {
    server.answer({ status: 500 }, {});
    await send(Readable.from([PNG]));
    expect(await Promise.all(server.requests.map(parts))).toEqual(
      Array(2).fill({ file: image('image.png', 'image/png', PNG) }),
    );
  });

  it("is accepted through the resource's module and on the offline instance", async () => {
    const clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada' }] } });
    const client = createBackendClient({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl }, {});
    const { has_image } = await users.setProfileImage(client, 'user_ada', { file: Readable.from([PNG]) });
    expect(has_image).toBe(true);
    await clerk.close();
  });
});

describe('refused before anything is sent', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a text, which could be a path', () => onDisk, /could not be read/],
    ['a path in an object, which JSON can bring', () => ({ path: onDisk }), /could not be read/],
    ['nothing', () => undefined, /could not be read/],
    ['null', () => null, /could not be read/],
    ['a list of bytes', () => [...PNG], /could not be read/],
    ['an address of the network', () => new URL('https://acornbooks.example/logo.png'), /could not be read/],
    ['a file that is not there', () => pathToFileURL(join(folder, 'none.png')), /could not be read/],
    ['a file that is no image', () => pathToFileURL(join(folder, 'secret')), /no PNG, JPEG, GIF or WebP/],
    ['bytes that are no image', () => bytesOf('<html>'), /no PNG, JPEG, GIF or WebP/],
    ['nothing in it', () => Buffer.alloc(0), /no PNG, JPEG, GIF or WebP/],
    ['a stream of text', () => Readable.from(['GIF89a']), /gives no bytes/],
    ['more than 10 MB', () => Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]), /larger than 10 MB/],
  ])('%s', async (_, make, problem) => {
    const error: unknown = await send(make()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(String(error)).toMatch(problem);
    expect(server.requests).toEqual([]);
  });

  it('a stream without end, after 10 MB', async () => {
    let given = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1024 * 1024, ++given);
      })(),
    );
    await expect(send(endless)).rejects.toThrow(/larger than 10 MB/);
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(40);
  });

  it('a stream that fails, with its error', async () => {
    const cause = new Error('disk on fire');
    const failing = Readable.from(
      (async function* () {
        yield PNG;
        throw cause;
      })(),
    );
    await expect(send(failing)).rejects.toMatchObject({ name: 'InvalidArgumentError', cause });
  });

  it('a stream that stalls, when the caller or the deadline ends the call', async () => {
    const stuck = () => new Readable({ read: () => undefined });
    const controller = new AbortController();
    const streams = [stuck(), stuck()];
    const sending = send(streams[0], { signal: controller.signal });
    controller.abort();
    await expect(sending).rejects.toMatchObject({ code: 'aborted' });
    await expect(send(streams[1], { deadlineMs: 20 })).rejects.toThrow(BackendApiError);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(server.requests).toEqual([]);
  });
});
