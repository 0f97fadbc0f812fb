/** Codes and links that the instance would have sent: nothing is delivered, so that the terminal is where one reads them. */
import type { LocalInstance } from '../../instance/local-instance.js';
import { printable, type Paint } from '../terminal.js';

type SentMessage = LocalInstance['emails'][number];

/** @returns a function that gives, of the messages it is shown, those that it has not given before */
export function createMessageWatch(): (messages: readonly SentMessage[]) => readonly SentMessage[] {
  let last: string | undefined;
  return (messages) => {
    // Not by their number: a reset begins anew.
    const fresh = messages.slice(messages.findLastIndex(({ id }) => id === last) + 1);
    last = messages.at(-1)?.id;
    return fresh;
  };
}

export function messageLine({ createdAt, to, channel, code, link, subject }: SentMessage, paint: Paint): string {
  const time = new Date(createdAt).toISOString().slice(11, 19);
  const what = code ?? link ?? subject ?? '';
  const how = channel === 'sms' ? 'text message' : 'email';
  return `${paint('dim', time)} ${paint('cyan', how)} to ${printable(to)}: ${paint('bold', printable(what))}`;
}
