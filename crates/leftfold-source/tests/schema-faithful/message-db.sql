-- Schema-faithful: Message DB's table carried over to SQLite, rows written by hand.
CREATE TABLE messages (global_position INTEGER NOT NULL, position INTEGER NOT NULL, time TEXT NOT NULL, stream_name TEXT NOT NULL, type TEXT NOT NULL, data TEXT, metadata TEXT, id TEXT NOT NULL, PRIMARY KEY (global_position));
INSERT INTO messages VALUES
 (1, 0, '2026-01-02 03:04:05.123456', 'account-1', 'Opened', '{"a":1}', '{"correlationStreamName":"x-1","causationMessageStreamName":"account:command-1","causationMessagePosition":4}', 'e1'),
 (5, 0, '2026-01-02 03:04:06', 'account:command-1', 'Close', NULL, NULL, 'e2');
