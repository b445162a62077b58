// Count, mean and population variance of the columns of a CSV, by DuckDB.
import { createRequire } from 'node:module';
const { DuckDBInstance } = createRequire(process.cwd() + '/')('@duckdb/node-api');
const columns = ['temperature', 'humidity', 'pressure', 'wind_speed', 'cloud_cover'];
const db = await (await DuckDBInstance.create(':memory:')).connect();
await db.run(`SET threads = ${process.argv[3]}`);
const figures = columns.map((c) => `count(${c}), avg(${c}), var_pop(${c})`).join(', ');
const rows = await (await db.runAndReadAll(`SELECT ${figures} FROM read_csv('${process.argv[2]}')`)).getRows();
console.log(JSON.stringify(columns.map((_, i) => Number(rows[0][3 * i + 2]))));
