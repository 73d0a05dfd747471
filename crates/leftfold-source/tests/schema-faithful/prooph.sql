-- Schema-faithful: prooph's PDO tables carried over to SQLite, rows written by hand.
CREATE TABLE event_streams (no INTEGER PRIMARY KEY, real_stream_name TEXT NOT NULL, stream_name TEXT NOT NULL, metadata TEXT, category TEXT);
CREATE TABLE _a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 (no INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event_name TEXT NOT NULL, payload TEXT NOT NULL, metadata TEXT NOT NULL, created_at TEXT NOT NULL);
INSERT INTO event_streams VALUES (1, 'orders', '_a94a8fe5ccb19ba61c4c0873d391e987982fbbd3', '[]', NULL);
INSERT INTO _a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 VALUES
 (1, 'e1', 'Shop\Placed', '{"total":1}', '{"_aggregate_id":"o-1","_aggregate_type":"Shop\\Order","_aggregate_version":1,"_causation_id":"cmd"}', '2026-01-02 03:04:05.123456'),
 (2, 'e2', 'Shop\Tick', '{}', '{}', '2026-01-02 03:04:05.123456');
