-- A layout like those Go libraries create: a global sequence, blobs, no dialect of ours.
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR NOT NULL UNIQUE, aggregate_id VARCHAR NOT NULL, version INTEGER, reason VARCHAR, type VARCHAR, timestamp VARCHAR, data BLOB, metadata BLOB, UNIQUE (id, type, version));
INSERT INTO events (id, aggregate_id, version, reason, type, timestamp, data, metadata) VALUES
 ('e1', 'f1', 1, 'Born', 'Person', '2026-01-02T03:04:05.123456789Z', CAST('{"Name":"k"}' AS BLOB), CAST('{"correlation_id":"c"}' AS BLOB)),
 ('e2', 'f1', 2, 'Aged', 'Person', '2026-01-02T03:04:06Z', CAST('{}' AS BLOB), NULL);
