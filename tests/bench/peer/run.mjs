// run.mjs JOB.sql CLAIMS.csv THREADS: runs the job in DuckDB in memory; prints "seconds STAGE s" lines, then "sum NAME rows ..." lines that
// bench_peer prints too. @duckdb/node-api is found from the working directory.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
const [, , job, csv, threads] = process.argv;
const { DuckDBInstance } = createRequire(join(process.cwd(), 'x.js'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads, memory_limit: process.env.DUCKDB_MEMORY ?? '14GB' });
const db = await instance.connect();
await db.run('SET preserve_insertion_order = false');
const one = async (sql) => (await db.runAndReadAll(sql)).getRows()[0];
console.log(`engine DuckDB ${(await one('SELECT version()'))[0]}`);
let total = 0;
for (const block of readFileSync(job, 'utf8').replaceAll('${CSV}', csv).split(/^-- @stage /m).slice(1)) {
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
for (const name of ['filled_at', 'visited', 'bought', 'prescribed', 'refers_to'])
  console.log(`sum ${name} ${(await one(`SELECT count(*), sum(lines)::BIGINT, sum(days)::BIGINT, (sum(amount) * 100)::BIGINT, (sum(days * lines))::BIGINT FROM ${name}`)).join(' ')}`);
console.log(`sum pairs ${(await one('SELECT count(*), sum(n)::BIGINT, sum(days)::BIGINT, sum(institutions)::BIGINT, sum(n * days)::BIGINT FROM pairs')).join(' ')}`);
console.log(`sum baskets ${(await one('SELECT count(*), sum(n)::BIGINT FROM baskets')).join(' ')}`);
