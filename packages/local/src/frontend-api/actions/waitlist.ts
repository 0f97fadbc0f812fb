/** The waitlist. Whatever the mode of sign-up, everybody may put an address on it: the component looks the same in all of them. */
import { joinWaitlist } from '../../model/invitations/waitlist.js';
import { missing } from '../../model/records/refusals.js';
import { textIn, type Actions } from '../engine/action.js';

export const waitlistActions: Actions = {
  joinWaitlist: (call) => {
    const address = textIn(call, 'email_address');
    if (address === undefined) throw missing('email_address');
    return joinWaitlist(call.state, [address])[0];
  },
};
