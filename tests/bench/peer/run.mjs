// run.mjs JOB.sql CLAIMS.csv THREADS PAIRS.csv [integers]: runs the job in DuckDB in memory and writes the kept pairs; prints "seconds STAGE s"
// lines, then "sum NAME rows ..." lines that bench_peer prints too. @duckdb/node-api is found from the working directory.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
const [, , job, csv, threads, pairs, ids] = process.argv;
const number = (name, letters) => `substr(${name}, ${letters + 1})::UINTEGER AS ${name}`;
const fill = ids === 'integers'
  ? { IDS: [number('settlement_id', 1), number('person_id', 1), number('doctor_id', 1), number('institution_id', 1), number('drug_code', 2)].join(', '), DOCTOR: 'doctor_id IS NOT NULL' }
  : { IDS: 'settlement_id, person_id, doctor_id, institution_id, drug_code', DOCTOR: "doctor_id IS NOT NULL AND doctor_id <> ''" };
Object.assign(fill, { CSV: csv, PAIRS: pairs });
const { DuckDBInstance } = createRequire(join(process.cwd(), 'x.js'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads, memory_limit: process.env.DUCKDB_MEMORY ?? '14GB' });
const db = await instance.connect();
await db.run('SET preserve_insertion_order = false');
const one = async (sql) => (await db.runAndReadAll(sql)).getRows()[0];
console.log(`engine DuckDB ${(await one('SELECT version()'))[0]}`);
let total = 0;
for (const block of readFileSync(job, 'utf8').replace(/\$\{(\w+)\}/g, (all, name) => fill[name] ?? all).split(/^-- @stage /m).slice(1)) {
  const name = block.slice(0, block.indexOf('\n')), from = process.hrtime.bigint();
  await db.run(block.slice(block.indexOf('\n')));
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  total += seconds;
  console.log(`seconds ${name} ${seconds.toFixed(3)}`);
}
console.log(`seconds total ${total.toFixed(3)}`);
const used = process.cpuUsage();
console.log(`cpu ${((used.user + used.system) / 1e6).toFixed(2)}`);
console.log(`peak ${Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024)}`);
for (const name of ['filled_at', 'visited', 'bought', 'prescribed', 'refers_to', 'dispensed'])
  console.log(`sum ${name} ${(await one(`SELECT count(*), sum(lines)::BIGINT, sum(days)::BIGINT, (sum(amount) * 100)::BIGINT, (sum(days * lines))::BIGINT FROM ${name}`)).join(' ')}`);
console.log(`sum pairs ${(await one('SELECT count(*), sum(n)::BIGINT, sum(days)::BIGINT, sum(institutions)::BIGINT, sum(n * days)::BIGINT FROM pairs')).join(' ')}`);
console.log(`sum baskets ${(await one('SELECT count(*), sum(n)::BIGINT FROM baskets')).join(' ')}`);
