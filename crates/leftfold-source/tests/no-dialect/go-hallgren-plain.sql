-- The same without its unique index (as its driver for tests makes it): only the rows say what id is.
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL, version INTEGER, reason VARCHAR, type VARCHAR, timestamp VARCHAR, data BLOB, metadata BLOB);
INSERT INTO events (id, version, reason, type, timestamp, data, metadata) VALUES
 ('p1', 1, 'Born', 'Person', '2026-01-02T03:04:05Z', CAST('{"Name":"Kim"}' AS BLOB), NULL),
 ('p2', 1, 'Born', 'Person', '2026-01-02T03:04:06Z', CAST('{"Name":"Lu"}' AS BLOB), NULL),
 ('p1', 2, 'AgedOneYear', 'Person', '2026-01-02T03:04:08Z', CAST('{}' AS BLOB), NULL);
