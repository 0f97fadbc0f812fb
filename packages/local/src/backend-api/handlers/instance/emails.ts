/** Messages that an application sends through Clerk. The document does not have these operations. */
import { isRecord } from '../../../../../../src/ground/is-record.js';
import { emails, sendEmail } from '../../../model/instance/emails.js';
import { ApiError } from '../../../model/records/api-error.js';
import { missing } from '../../../model/records/refusals.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { Fields } from '../../../state/rows.js';
import { getOf } from '../../engine/crud-handlers.js';
import { bodyOf, type Handlers } from '../../engine/operation.js';

/** One result for each message; a bad one does not stop the others. */
function sendEach(state: InstanceState, messages: readonly unknown[]): Fields[] {
  return messages.map((message, index) => {
    try {
      return { index, status_code: 200, email: sendEmail(state, isRecord(message) ? message : {}) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, message: short, longMessage: long, meta } = error;
      return {
        index,
        status_code: error.status,
        errors: [{ code, message: short, long_message: long, ...(meta ? { meta } : {}) }],
      };
    }
  });
}

export const emailHandlers = {
  CreateEmail: (call, state) => sendEmail(state, bodyOf(call)),
  CreateEmailBatch: (call, state) => {
    const { messages } = bodyOf(call);
    if (!Array.isArray(messages)) throw missing('messages');
    return sendEach(state, messages);
  },
  GetEmail: getOf(emails),
} satisfies Handlers;
