/** Who else is in the organization. This API is on another origin: it gets the token in a header, and no cookie. */
import { useAuth } from '@clerk/react';
import { useState } from 'react';

const API = import.meta.env['VITE_MEMBERS_API'] as string;

export function Members() {
  const { getToken } = useAuth();
  const [answer, setAnswer] = useState('');

  async function ask() {
    const response = await fetch(`${API}/members`, { headers: { authorization: `Bearer ${await getToken()}` } });
    const { members } = (await response.json()) as { members?: string[] };
    setAnswer(members?.join(', ') ?? `Only for administrators of an organization (${response.status}).`);
  }

  return (
    <section id="members">
      <h2>Members</h2>
      <button onClick={() => void ask()}>Who else is here?</button>
      <p>{answer}</p>
    </section>
  );
}
