/** Users in SQLite, kept as Clerk's webhooks tell them. */
import Database from 'libsql';
import type { WebhookEvent } from 'bailiff/webhooks';

export interface StoredUser {
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
}

const SCHEMA = `
  create table if not exists deliveries (id text primary key);
  create table if not exists users (id text primary key, email text, name text not null, updated_at integer not null);
  create table if not exists deleted_users (id text primary key);
`;

/** @param path a file, or `:memory:` */
export function openStore(path: string) {
  const db = new Database(path);
  db.exec(SCHEMA);
  const remember = db.prepare('insert or ignore into deliveries (id) values (?)');
  // Deliveries may arrive in any order: an older state never replaces a newer one, and who is deleted stays deleted.
  const save = db.prepare(`
    insert into users (id, email, name, updated_at)
    select ?, ?, ?, ? where not exists (select 1 from deleted_users where id = ?)
    on conflict (id) do update set email = excluded.email, name = excluded.name, updated_at = excluded.updated_at
    where excluded.updated_at > users.updated_at`);
  const remove = db.prepare('delete from users where id = ?');
  const bury = db.prepare('insert or ignore into deleted_users (id) values (?)');
  const all = db.prepare('select id, email, name from users order by id');

  /** Does what an event says, once: Clerk delivers at least once, so the same id may come again. */
  const apply = db.transaction((event: WebhookEvent): boolean => {
    if (remember.run(event.id).changes === 0) return false;
    switch (event.type) {
      case 'user.created':
      case 'user.updated': {
        const { id, email_addresses: addresses, primary_email_address_id: primary, first_name, last_name } = event.data;
        const email = addresses?.find((address) => address.id === primary)?.email_address ?? null;
        const name = [first_name, last_name].filter(Boolean).join(' ');
        save.run(id, email, name, event.data.updated_at, id);
        break;
      }
      case 'user.deleted':
        remove.run(event.data.id);
        bury.run(event.data.id);
    }
    return true;
  });

  return {
    apply: (event: WebhookEvent): boolean => apply.immediate(event),
    users: (): StoredUser[] => all.all() as StoredUser[],
    close: () => db.close(),
  };
}

export type Store = ReturnType<typeof openStore>;
