-- Schema-faithful: Commanded EventStore's tables carried over to SQLite, rows written by hand.
CREATE TABLE streams (stream_id INTEGER PRIMARY KEY, stream_uuid TEXT NOT NULL, stream_version INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, deleted_at TEXT);
CREATE TABLE events (event_id TEXT NOT NULL PRIMARY KEY, event_type TEXT NOT NULL, causation_id TEXT, correlation_id TEXT, data BLOB NOT NULL, metadata BLOB, created_at TEXT NOT NULL);
CREATE TABLE stream_events (event_id TEXT NOT NULL, stream_id INTEGER NOT NULL, stream_version INTEGER NOT NULL, original_stream_id INTEGER, original_stream_version INTEGER, PRIMARY KEY (event_id, stream_id));
CREATE TABLE snapshots (source_uuid TEXT PRIMARY KEY, source_version INTEGER NOT NULL, source_type TEXT NOT NULL, data BLOB NOT NULL, metadata BLOB, created_at TEXT NOT NULL);
INSERT INTO streams VALUES (0, '$all', 2, 'x', NULL), (1, 'order-1', 1, 'x', NULL), (2, 'linked', 1, 'x', NULL), (3, 'order-2', 1, 'x', NULL);
INSERT INTO events VALUES
 ('e2', 'Elixir.Shop.Paid', 'e1', 'c', CAST('{"n":2}' AS BLOB), CAST('{}' AS BLOB), '2026-01-02 03:04:06.000000Z'),
 ('e1', 'Elixir.Shop.Placed', NULL, 'c', CAST('{"n":1}' AS BLOB), NULL, '2026-01-02 03:04:05.123456Z');
INSERT INTO stream_events VALUES ('e2', 0, 2, 3, 1), ('e1', 0, 1, 1, 1), ('e1', 1, 1, 1, 1), ('e2', 3, 1, 3, 1), ('e1', 2, 1, 1, 1);
