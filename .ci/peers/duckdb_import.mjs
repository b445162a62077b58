// Reads a CSV, puts it in order of time and cuts off its last fifth, by DuckDB.
import { createRequire } from 'node:module';
const { DuckDBInstance } = createRequire(process.cwd() + '/')('@duckdb/node-api');
const [, , source, train, test, threads] = process.argv;
const db = await (await DuckDBInstance.create(':memory:')).connect();
await db.run(`SET threads = ${threads}`);
await db.run(`CREATE TABLE t AS FROM read_csv('${source}')`);
const rows = Number((await db.runAndReadAll('SELECT count(*) FROM t')).getRows()[0][0]);
const cut = rows - Math.floor(rows / 5);
await db.run(`COPY (FROM t ORDER BY timestamp LIMIT ${cut}) TO '${train}' (HEADER)`);
await db.run(`COPY (FROM t ORDER BY timestamp OFFSET ${cut}) TO '${test}' (HEADER)`);
