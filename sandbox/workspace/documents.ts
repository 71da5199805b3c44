/** Keeps the workspace's things in SQLite: collections that live in memory and are written through, one JSON document a row. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Collection<Item> {
  get(key: string): Item | undefined;
  values(): Item[];
  set(key: string, item: Item): void;
  delete(key: string): void;
}

export interface Documents {
  collection<Item>(name: string): Collection<Item>;
  close(): void;
}

function open(dataDir: string | undefined): DatabaseSync {
  if (dataDir === undefined) return new DatabaseSync(':memory:');
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'workspace.sqlite');
  const database = new DatabaseSync(file);
  try {
    // One process at a time: two workspaces over one file would each miss what the other writes.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (cause) {
    database.close();
    throw new Error(`Cannot use ${file}: is another workspace running on it?`, { cause });
  }
  return database;
}

/** @param dataDir where `workspace.sqlite` is kept; in memory when unset */
export function openDocuments(dataDir: string | undefined): Documents {
  const database = open(dataDir);
  database.exec(
    'CREATE TABLE IF NOT EXISTS documents (collection TEXT, key TEXT, json TEXT NOT NULL, PRIMARY KEY (collection, key))',
  );
  // In the order in which they came, as a Map keeps them; an update leaves a row where it is.
  const select = database.prepare('SELECT key, json FROM documents WHERE collection = ? ORDER BY rowid');
  const upsert = database.prepare(
    'INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET json = excluded.json',
  );
  const remove = database.prepare('DELETE FROM documents WHERE collection = ? AND key = ?');

  return {
    collection<Item>(name: string): Collection<Item> {
      const items = new Map<string, Item>();
      for (const { key, json } of select.all(name)) items.set(String(key), JSON.parse(String(json)));
      return {
        get: (key) => items.get(key),
        values: () => [...items.values()],
        set: (key, item) => {
          items.set(key, item);
          upsert.run(name, key, JSON.stringify(item));
        },
        delete: (key) => {
          items.delete(key);
          remove.run(name, key);
        },
      };
    },
    close: () => database.close(),
  };
}
