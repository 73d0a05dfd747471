-- A Node journal made with Drizzle: the stream's name in full, no position.
CREATE TABLE events (id text(36) PRIMARY KEY NOT NULL, createdAt text DEFAULT CURRENT_TIMESTAMP, name text NOT NULL, stream text NOT NULL, version integer NOT NULL, payload text NOT NULL);
INSERT INTO events VALUES ('e1', '2026-01-02 03:04:05', 'ENTRY_ADDED', 'entry_1', 1, '{"text":"x"}'), ('e2', '2026-01-02 03:04:06', 'ENTRY_DELETED', 'entry_1', 2, '{}');
