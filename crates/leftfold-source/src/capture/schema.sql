-- A capture of Leftfold: records taken from a source, as they lay there. Format 1.
-- application_id 1279675460 ("LFLD") and user_version 1 stand in the file's header.

-- Facts about the whole file: 'format', 'created', 'tool', 'source' ('kafka'), 'cluster_id', 'isolation', 'registry', 'mapping'
-- (where streams, types and versions were said to be found: JSON).
CREATE TABLE capture (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO capture VALUES ('format', '1');

-- Where the records come from, and how far each place was read. A topic that was deleted and made anew under its name is another
-- log: it has rows of its own, with ~2 behind its name (~3 the next time), which no topic's name holds. Its offsets begin anew.
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,          -- 1 to 32767; the upper 15 bits of its records' ids
  topic TEXT NOT NULL,
  topic_id TEXT,                   -- the broker's identity of the topic: another one after it was deleted and made anew
  partition INTEGER NOT NULL,
  first INTEGER NOT NULL,          -- the first offset that was asked for
  next INTEGER NOT NULL,           -- everything from first up to here (exclusive) was seen; a capture goes on from here
  UNIQUE (topic, partition)
);

-- Every time the capture was written to, with what was asked for. Secrets are never among the settings.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  ended TEXT,                      -- NULL: still running, or ended by force
  tool TEXT NOT NULL,
  request TEXT NOT NULL,           -- JSON
  settings TEXT NOT NULL,          -- JSON
  outcome TEXT                     -- 'complete', 'cancelled' or an error's code
);

-- What the broker said of a partition when a run began: low is its first offset, high the one after its last.
-- Compaction, transactions and deleted records leave holes, so high - low is an upper bound and no count.
CREATE TABLE watermarks (
  run INTEGER NOT NULL REFERENCES runs (id),
  partition_id INTEGER NOT NULL REFERENCES partitions (id),
  low INTEGER NOT NULL,
  high INTEGER NOT NULL,
  start INTEGER NOT NULL,          -- where this run began to read
  stop INTEGER,                    -- where it was to stop (exclusive); NULL: it followed
  PRIMARY KEY (run, partition_id)
) WITHOUT ROWID;

-- Offsets that the broker no longer had when they were to be read.
CREATE TABLE gaps (
  partition_id INTEGER NOT NULL REFERENCES partitions (id),
  first INTEGER NOT NULL,
  next INTEGER NOT NULL,           -- exclusive
  reason TEXT NOT NULL
);

-- Schemas of a registry that the records name.
CREATE TABLE schemas (
  id INTEGER PRIMARY KEY,          -- the registry's
  kind TEXT,                       -- 'AVRO', 'PROTOBUF' or 'JSON'
  text TEXT,                       -- NULL: it could not be had
  uses TEXT,                       -- JSON: the schemas it refers to, [{"name": …, "text": …}, …]
  lacking TEXT                     -- why it could not be had
);

-- The records. Use the view below to read them by hand.
CREATE TABLE stored_records (
  id INTEGER PRIMARY KEY,          -- partitions.id << 48 | offset
  timestamp INTEGER,               -- milliseconds since 1970; NULL: the record has none
  timestamp_type INTEGER,          -- 0: the producer's (CreateTime), 1: the broker's (LogAppendTime)
  key BLOB,                        -- as stored; NULL and no bytes at all differ
  value BLOB,                      -- the same; NULL is a tombstone
  headers TEXT                     -- JSON: [[name, value], …] in order, repeats kept; NULL: none.
                                   -- A name or value that is no UTF-8 is {"base64": …}; a value may be null.
);

CREATE VIEW records AS
SELECT r.id, p.topic, p.partition, r.id & 281474976710655 AS "offset", r.timestamp,
       CASE r.timestamp_type WHEN 0 THEN 'create' WHEN 1 THEN 'append' END AS timestamp_type,
       r.key, r.value, r.headers
FROM stored_records AS r JOIN partitions AS p ON p.id = r.id >> 48;

-- Below stands what captures of earlier versions may lack.

-- Schemas that the records name by the GUIDs that newer registries give them.
CREATE TABLE IF NOT EXISTS schemas_by_guid (
  guid TEXT PRIMARY KEY,           -- 8-4-4-4-12 hexadecimal digits
  kind TEXT,
  text TEXT,
  uses TEXT,
  lacking TEXT
) WITHOUT ROWID;

-- How keys and values are to be read where somebody chose (capture -s). What is said of a topic goes before what is said of all.
CREATE TABLE IF NOT EXISTS decoders (
  topic TEXT NOT NULL,             -- '': all topics
  part TEXT NOT NULL,              -- 'key' or 'value'
  form TEXT NOT NULL,              -- 'auto', 'json', 'text', 'hex', 'int', 'long', 'msgpack', 'cbor', 'avro' or 'protobuf'
  file TEXT,                       -- the name of the schema's file; NULL: by a registry's schemas, or by none
  message TEXT,                    -- the Protobuf message
  text TEXT,                       -- the schema, as in schemas
  uses TEXT,
  PRIMARY KEY (topic, part)
) WITHOUT ROWID;

-- Before which offset the records of a partition are of the topic with topic_id for certain. The broker is asked every two seconds; if
-- the topic was made anew since, the records behind may be of the new one, and are compared with it.
CREATE TABLE IF NOT EXISTS certain (
  partition_id INTEGER PRIMARY KEY REFERENCES partitions (id),
  next INTEGER NOT NULL            -- without a row: all of them
) WITHOUT ROWID;

-- The broker that led a partition when the latest run began to read it: what kcat -J calls broker.
CREATE TABLE IF NOT EXISTS leaders (
  partition_id INTEGER PRIMARY KEY REFERENCES partitions (id),
  broker INTEGER NOT NULL
) WITHOUT ROWID;

-- Partitions whose topic was deleted while it was followed, and is not there again: nothing follows what they hold.
CREATE TABLE IF NOT EXISTS deleted (
  partition_id INTEGER PRIMARY KEY REFERENCES partitions (id)
) WITHOUT ROWID;
