-- Schema-faithful: tables as Eventuous.Sqlite creates them for two schemas, rows written by hand.
CREATE TABLE shop_streams (stream_id INTEGER PRIMARY KEY AUTOINCREMENT, stream_name TEXT NOT NULL, version INTEGER NOT NULL DEFAULT -1, CONSTRAINT uq_streams UNIQUE (stream_name));
CREATE TABLE shop_messages (global_position INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, message_type TEXT NOT NULL, stream_id INTEGER NOT NULL, stream_position INTEGER NOT NULL,
 json_data TEXT NOT NULL, json_metadata TEXT, created TEXT NOT NULL, UNIQUE (stream_id, stream_position));
CREATE TABLE bank_streams (stream_id INTEGER PRIMARY KEY AUTOINCREMENT, stream_name TEXT NOT NULL, version INTEGER NOT NULL DEFAULT -1, UNIQUE (stream_name));
CREATE TABLE bank_messages (global_position INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, message_type TEXT NOT NULL, stream_id INTEGER NOT NULL, stream_position INTEGER NOT NULL,
 json_data TEXT NOT NULL, json_metadata TEXT, created TEXT NOT NULL, UNIQUE (stream_id, stream_position));
CREATE TABLE shop_checkpoints (id TEXT PRIMARY KEY, position INTEGER);
INSERT INTO shop_streams VALUES (7, 'Order-1', 1);
INSERT INTO bank_streams VALUES (7, 'Account-1', 0);
INSERT INTO shop_messages VALUES
 (1, 'a', 'V1.OrderPlaced', 7, 0, '{"n":1}', '{"$correlationId":"c"}', '2026-01-02T03:04:05.1234567'),
 (2, 'b', 'V1.OrderPaid', 7, 1, '{"n":2}', NULL, '2026-01-02T03:04:06.0000000'),
 (3, 'c', 'V1.Lost', 99, 0, '{}', NULL, '2026-01-02T03:04:06.0000000');
INSERT INTO bank_messages VALUES (1, 'd', 'V1.Opened', 7, 0, '{}', NULL, '2026-01-02T03:04:05.0000000');
