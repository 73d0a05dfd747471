-- mattbishop/sql-event-store: no versions, a sequence over everything, each event names the one before.
CREATE TABLE entity_events (entity TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (entity, event));
CREATE TABLE events (entity TEXT NOT NULL, entityKey TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL, eventId TEXT NOT NULL UNIQUE, commandId TEXT NOT NULL UNIQUE, previousId TEXT UNIQUE, ts TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, sequence INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE INDEX entity_index ON events (entityKey, entity);
INSERT INTO entity_events VALUES ('game', 'started'), ('game', 'won');
INSERT INTO events (entity, entityKey, event, data, eventId, commandId, previousId, ts) VALUES
 ('game', 'apple-1', 'started', '{"players":["a","b"]}', 'e1', 'c1', NULL, '2026-01-02 03:04:05'),
 ('game', 'apple-1', 'won', '{"by":"a"}', 'e2', 'c2', 'e1', '2026-01-02 03:04:06');
