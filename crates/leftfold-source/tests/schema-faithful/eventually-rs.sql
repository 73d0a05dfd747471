-- Schema-faithful: eventually-rs's tables carried over to SQLite, rows written by hand.
CREATE TABLE event_streams (event_stream_id TEXT PRIMARY KEY, version INTEGER NOT NULL CHECK (version > 0));
CREATE TABLE events (event_stream_id TEXT NOT NULL REFERENCES event_streams, type TEXT NOT NULL, version INTEGER NOT NULL CHECK (version > 0), event BLOB NOT NULL, metadata TEXT, PRIMARY KEY (event_stream_id, version));
INSERT INTO event_streams VALUES ('o-1', 2);
INSERT INTO events VALUES ('o-1', 'Placed', 1, CAST('{"n":1}' AS BLOB), '{"Correlation-Id":"c"}'), ('o-1', 'Paid', 2, x'0a0208ff', NULL);
