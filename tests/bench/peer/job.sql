-- The same job for a SQL engine, as a careful user would write it: every relation of the graph with its sums, pairs of persons who come to
-- one institution within ten minutes of each other on three days or more, drugs bought together a hundred times or more. run.mjs fills in
-- CSV, the ids and DOCTOR (that there is one) and times each block from "-- @stage NAME" to the next. Ids are text as in the file, or, as a user
-- would do who knows that all of them are letters and a number, numbers: this engine's best case.
-- The pairs are joined by buckets of ten minutes, each visit in its own and in the one before: joining by BETWEEN alone looks at the square
-- of an institution's visits.

-- @stage load
CREATE TABLE line AS
SELECT ${IDS}, time, amount, fund_amount
FROM read_csv('${CSV}', header = true, all_varchar = false, types = {'settlement_id': 'VARCHAR', 'person_id': 'VARCHAR', 'doctor_id': 'VARCHAR',
  'institution_id': 'VARCHAR', 'drug_code': 'VARCHAR', 'time': 'TIMESTAMP', 'amount': 'DECIMAL(18,2)', 'fund_amount': 'DECIMAL(18,2)',
  'person_region': 'VARCHAR', 'service_region': 'VARCHAR', 'diagnosis': 'VARCHAR', 'claim_id': 'VARCHAR'});

-- @stage visit
CREATE TABLE visit AS
SELECT settlement_id, any_value(person_id) AS person_id, any_value(institution_id) AS institution_id, epoch(any_value(time))::BIGINT AS t
FROM line GROUP BY settlement_id;

-- @stage filled_at
CREATE TABLE filled_at AS
SELECT person_id, institution_id, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line GROUP BY ALL;
-- @stage visited
CREATE TABLE visited AS
SELECT person_id, doctor_id, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line WHERE ${DOCTOR} GROUP BY ALL;
-- @stage bought
CREATE TABLE bought AS
SELECT person_id, drug_code, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line GROUP BY ALL;
-- @stage prescribed
CREATE TABLE prescribed AS
SELECT doctor_id, drug_code, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line WHERE ${DOCTOR} GROUP BY ALL;
-- @stage refers_to
CREATE TABLE refers_to AS
SELECT doctor_id, institution_id, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line WHERE ${DOCTOR} GROUP BY ALL;
-- @stage dispensed
CREATE TABLE dispensed AS
SELECT institution_id, drug_code, count(*) AS lines, sum(amount) AS amount, sum(fund_amount) AS fund, min(time) AS first, max(time) AS last,
  count(DISTINCT time::DATE) AS days FROM line GROUP BY ALL;

-- @stage pairs
CREATE TABLE pairs AS
WITH bucketed AS (SELECT *, t // 600 AS bucket FROM visit),
  twice AS (SELECT *, bucket AS joined FROM bucketed UNION ALL SELECT *, bucket - 1 AS joined FROM bucketed),
  met AS (SELECT least(a.person_id, b.person_id) AS a, greatest(a.person_id, b.person_id) AS b, a.institution_id, a.t // 86400 AS day
          FROM bucketed a JOIN twice b ON a.institution_id = b.institution_id AND a.bucket = b.joined
          WHERE a.person_id <> b.person_id AND b.t - a.t BETWEEN 0 AND 600 AND (b.t > a.t OR b.settlement_id > a.settlement_id))
SELECT a, b, count(*) AS n, count(DISTINCT day) AS days, count(DISTINCT institution_id) AS institutions
FROM met GROUP BY a, b HAVING count(DISTINCT day) >= 3;

-- @stage baskets
CREATE TABLE baskets AS
WITH item AS (SELECT DISTINCT settlement_id, drug_code FROM line)
SELECT a.drug_code AS a, b.drug_code AS b, count(*) AS n FROM item a JOIN item b ON a.settlement_id = b.settlement_id AND a.drug_code < b.drug_code
GROUP BY ALL HAVING count(*) >= 100;

-- @stage export
COPY (SELECT a, b, days FROM pairs) TO '${PAIRS}' (HEADER, DELIMITER ',');
