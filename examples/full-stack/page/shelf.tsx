/** The shelf of the user, or of the organization that is active. It is on the page's own origin, so the session cookie comes along. */
import { useAuth } from '@clerk/react';
import { useEffect, useState, type FormEvent } from 'react';

export function Shelf() {
  const { orgId, getToken } = useAuth();
  const [books, setBooks] = useState<readonly string[]>([]);
  const [error, setError] = useState('');

  async function ask(init: RequestInit = {}) {
    // Renews the token, if it has expired, and with it the cookie.
    await getToken();
    const response = await fetch('/api/shelf', init);
    const body = (await response.json()) as { books?: string[] };
    setError(response.ok ? '' : `The API answered ${response.status}.`);
    if (body.books !== undefined) setBooks(body.books);
  }
  function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const title = new FormData(event.currentTarget).get('title');
    event.currentTarget.reset();
    void ask({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title }) });
  }
  // Another organization has another shelf.
  useEffect(() => void ask(), [orgId]);

  return (
    <section id="shelf">
      <h2>{orgId ? 'Our shelf' : 'My shelf'}</h2>
      <ul>
        {books.map((title, index) => (
          <li key={index}>{title}</li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input name="title" aria-label="Title" required /> <button>Add a book</button>
      </form>
      <p className="error">{error}</p>
    </section>
  );
}
