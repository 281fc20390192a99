// What a person may have, counted in the server's own database and not by the code under test.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const counts = `
  WITH person AS (
    SELECT id FROM bucket_row WHERE kind = 2 AND json_extract(CAST(body AS TEXT), '$.email') = ?
  ), granted AS (
    SELECT id FROM bucket_row WHERE kind = 8
      AND bucket = (SELECT id FROM bucket WHERE kind = 1 AND owner = (SELECT id FROM person))
  ), readable AS (
    SELECT * FROM bucket WHERE owner IN granted OR (is_open = 1 AND parent IN granted)
  )
  SELECT (SELECT count(*) FROM bucket_row WHERE kind = 2) AS user,
         (SELECT count(*) FROM readable WHERE kind = 3) AS "group",
         (SELECT count(*) FROM readable WHERE kind = 4) AS channel,
         (SELECT count(*) FROM bucket_row WHERE kind = 7 AND bucket IN (SELECT id FROM readable WHERE kind = 5)) AS message`;

/** People, groups, channels and messages for the person with this address: { user, group, channel, message }. */
export function countsFor(data, email) {
  const database = new DatabaseSync(path.join(data, 'holdfast.db'), { readOnly: true });
  try {
    return { ...database.prepare(counts).get(email) };
  } finally {
    database.close();
  }
}

/** Rows of a kind in a server's tables: [{ id, place, ...body }], by bucket and id; `place`: the bucket's kind. */
function rowsOf(data, kind) {
  const database = new DatabaseSync(path.join(data, 'holdfast.db'), { readOnly: true });
  try {
    const rows = database
      .prepare('SELECT CAST(id AS TEXT) AS id, body, (SELECT kind FROM bucket WHERE id = bucket_row.bucket) AS place FROM bucket_row WHERE kind = ?')
      .all(kind);
    return rows.map(({ id, body, place }) => ({ ...JSON.parse(Buffer.from(body).toString('utf8')), id, place }));
  } finally {
    database.close();
  }
}

/** All answers of forms on a server, with what they say. */
export const answersOf = (data) => rowsOf(data, 15);

/** All people of a server. */
export const usersOf = (data) => rowsOf(data, 2);

/** All tasks of a server with everything that stands in them. */
export const wholeTasksOf = (data) => rowsOf(data, 22);

/** All tasks of a server: [{ id, name, state }]. */
export const tasksOf = (data) => wholeTasksOf(data).map(({ id, name, state }) => ({ id, name, state }));

/** All saved views on a server, and whether each is shared. */
export const savedViewsOf = (data) => rowsOf(data, 24).map((view) => ({ ...view, shared: view.place === 3 }));

/** The texts of all messages of a server. */
export const messagesOf = (data) => rowsOf(data, 7).map(({ text }) => text);

/** Rows of a kind that are there, and whose text holds `wanted`. */
export function rowsWith(data, kind, wanted) {
  const database = new DatabaseSync(path.join(data, 'holdfast.db'), { readOnly: true });
  try {
    const rows = database.prepare('SELECT body FROM bucket_row WHERE kind = ? AND length(body) > 0').all(kind);
    return rows.map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8'))).filter((row) => JSON.stringify(row).includes(wanted));
  } finally {
    database.close();
  }
}
