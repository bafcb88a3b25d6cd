-- case.db: the case as tables. Money is in currency units (two decimals), dates are YYYY-MM-DD; columns as in the CSV files.
-- For example:  select * from evidence join ring using (ring_id) where rank = 1;
CREATE TABLE ring (
  ring_id TEXT PRIMARY KEY, rank INTEGER, lead_key TEXT, pattern TEXT, score INTEGER, stability TEXT, q_value REAL,
  persons INTEGER, doctors INTEGER, institutions INTEGER, drugs INTEGER, regions INTEGER, claims INTEGER,
  amount REAL, amount_exclusive REAL, fund_amount REAL, first_date TEXT, last_date TEXT, summary TEXT
) WITHOUT ROWID;
CREATE TABLE member (ring_id TEXT, entity_type TEXT, entity_id TEXT, role TEXT, strength REAL, watched INTEGER);
CREATE TABLE fact (
  ring_id TEXT, fact TEXT, value REAL, expected REAL, p_value REAL, points INTEGER, kind TEXT, text TEXT
);
CREATE TABLE evidence (
  ring_id TEXT, file TEXT, line INTEGER, claim_id TEXT, settlement_id TEXT, person_id TEXT, doctor_id TEXT,
  institution_id TEXT, drug_code TEXT, time TEXT, amount REAL, fund_amount REAL, facts TEXT
);
CREATE TABLE institution (
  rank INTEGER, institution_id TEXT, name TEXT, type TEXT, region TEXT, visits INTEGER, persons INTEGER, amount REAL,
  peers INTEGER, suspicion REAL, rings INTEGER
);
CREATE TABLE reject (file TEXT, line INTEGER, reason TEXT, raw TEXT);
CREATE TABLE entity (
  entity_type TEXT, entity_id TEXT, label TEXT, region TEXT, n_claims INTEGER, amount REAL, first_date TEXT, last_date TEXT,
  watched INTEGER
);
CREATE TABLE relation (
  from_type TEXT, from_id TEXT, to_type TEXT, to_id TEXT, kind TEXT, visits INTEGER, lines INTEGER, days INTEGER,
  amount REAL, fund_amount REAL, first_date TEXT, last_date TEXT
);
-- What goes together on a ring's lines: items are kind:id joined by ; and holders the ids of the people joined by ;
CREATE TABLE rule (
  ring_id TEXT, rule INTEGER, unit TEXT, items TEXT, persons INTEGER, support INTEGER, expected REAL, lift REAL, q_value REAL,
  holders TEXT, PRIMARY KEY (ring_id, rule)
) WITHOUT ROWID;
-- Groups of a ring's cards swiped together, and who was there.
CREATE TABLE burst (
  ring_id TEXT, burst INTEGER, first_time TEXT, last_time TEXT, institution_id TEXT, n_members INTEGER, PRIMARY KEY (ring_id, burst)
) WITHOUT ROWID;
CREATE TABLE attendance (ring_id TEXT, burst INTEGER, person_id TEXT, PRIMARY KEY (ring_id, burst, person_id)) WITHOUT ROWID;
-- The summary (position 0) and the facts (from 1, as they stand in table fact) in both languages.
CREATE TABLE sentence (ring_id TEXT, position INTEGER, language TEXT, text TEXT, PRIMARY KEY (ring_id, position, language)) WITHOUT ROWID;
-- Days of relations with gaps: periods joined by ;  a period is a day or first/last.
CREATE TABLE spell (
  from_type TEXT, from_id TEXT, to_type TEXT, to_id TEXT, days TEXT, PRIMARY KEY (from_type, from_id, to_type, to_id)
) WITHOUT ROWID;
-- What was read and looked at. topic balance: rows (n) and money by where they ended, read = the sum of the others; rejected: rows by reason;
-- reading, graph, search: counts; period: the days of the used rows; option: what the run was asked.
CREATE TABLE account (topic TEXT, name TEXT, n INTEGER, amount REAL, text TEXT);
-- list: examined and skipped patterns (code), not_examined, set_aside (n groups), near_miss (code: its pattern, n: its score), note; each in
-- both languages.
CREATE TABLE notice (list TEXT, position INTEGER, language TEXT, code TEXT, n INTEGER, text TEXT);
-- With --watch: the answers, one row each, by entry of the list; topic: standing, visits, ring, companion, person, doctor, institution, drug,
-- region, more, peers, innocent. expansion: who was looked at from the list outwards, admitted or refused and why.
CREATE TABLE watch (
  entry INTEGER, entity_type TEXT, entity_id TEXT, note TEXT, topic TEXT, item_type TEXT, item_id TEXT, n INTEGER, expected REAL, decades REAL,
  amount REAL, share REAL, points INTEGER, text TEXT
);
CREATE TABLE expansion (
  round INTEGER, entity_type TEXT, entity_id TEXT, decision TEXT, reason TEXT, evidence REAL, bar REAL, ties INTEGER, via_type TEXT,
  via_id TEXT, text TEXT
);
-- With --cleared: what became of each clearance; status aside, back, expired, idle, unknown; the state in which leads set aside were cleared.
CREATE TABLE cleared (
  entry INTEGER, subject TEXT, "group" TEXT, reason TEXT, by TEXT, until TEXT, status TEXT, ring_id TEXT, lead_key TEXT, pattern TEXT,
  score INTEGER, persons INTEGER, institutions INTEGER, amount REAL, new_persons INTEGER, new_institutions INTEGER, new_drugs INTEGER,
  score_rise INTEGER, score_then INTEGER, text TEXT
);
CREATE TABLE cleared_member (lead_key TEXT, score INTEGER, entity_type TEXT, entity_id TEXT);
CREATE TABLE input (
  position INTEGER PRIMARY KEY, file TEXT, role TEXT, encoding TEXT, compression TEXT, delimiter TEXT, mapping TEXT, rows INTEGER,
  bytes INTEGER, sha256 TEXT
);
