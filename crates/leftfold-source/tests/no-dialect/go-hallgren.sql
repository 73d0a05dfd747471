-- hallgren/eventsourcing (Go): id is the aggregate's, type the aggregate's, reason the event's.
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL, version INTEGER, reason VARCHAR, type VARCHAR, timestamp VARCHAR, data BLOB, metadata BLOB, UNIQUE (id, type, version));
CREATE INDEX id_type ON events (id, type);
INSERT INTO events (id, version, reason, type, timestamp, data, metadata) VALUES
 ('p1', 1, 'Born', 'Person', '2026-01-02T03:04:05Z', CAST('{"Name":"Kim"}' AS BLOB), CAST('{"who":"x"}' AS BLOB)),
 ('p2', 1, 'Born', 'Person', '2026-01-02T03:04:06Z', CAST('{"Name":"Lu"}' AS BLOB), NULL),
 ('p1', 1, 'Opened', 'Account', '2026-01-02T03:04:07Z', CAST('{}' AS BLOB), NULL),
 ('p1', 2, 'AgedOneYear', 'Person', '2026-01-02T03:04:08+01:00', CAST('{}' AS BLOB), NULL);
