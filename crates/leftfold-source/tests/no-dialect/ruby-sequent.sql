-- Sequent (Ruby), exported from PostgreSQL.
CREATE TABLE event_records (id INTEGER PRIMARY KEY, aggregate_id TEXT NOT NULL, sequence_number INTEGER NOT NULL, created_at TEXT NOT NULL, event_type TEXT NOT NULL, event_json TEXT NOT NULL, command_record_id INTEGER NOT NULL, stream_record_id INTEGER NOT NULL);
CREATE UNIQUE INDEX unique_event_per_aggregate ON event_records (aggregate_id, sequence_number);
CREATE TABLE stream_records (id INTEGER PRIMARY KEY, created_at TEXT, aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL UNIQUE, snapshot_threshold INTEGER);
CREATE TABLE command_records (id INTEGER PRIMARY KEY, user_id TEXT, aggregate_id TEXT, command_type TEXT NOT NULL, command_json TEXT NOT NULL, created_at TEXT NOT NULL);
INSERT INTO event_records VALUES
 (1, 'a1', 1, '2026-01-02 03:04:05.123456', 'PostCreated', '{"title":"x"}', 1, 1),
 (2, 'a1', 2, '2026-01-02 03:04:06.000000', 'PostPublished', '{"at":"now"}', 2, 1);
INSERT INTO stream_records VALUES (1, '2026-01-02 03:04:05', 'Post', 'a1', NULL);
INSERT INTO command_records VALUES (1, 'u', 'a1', 'CreatePost', '{"title":"x"}', '2026-01-02 03:04:05'), (2, 'u', 'a1', 'PublishPost', '{}', '2026-01-02 03:04:06');
