-- patchlevel/event-sourcing (PHP), its stream store before event ids.
CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, stream VARCHAR(255) NOT NULL, playhead INTEGER DEFAULT NULL, event VARCHAR(255) NOT NULL, payload CLOB NOT NULL, recorded_on DATETIME NOT NULL, new_stream_start BOOLEAN DEFAULT 0 NOT NULL, archived BOOLEAN DEFAULT 0 NOT NULL, custom_headers CLOB NOT NULL);
CREATE UNIQUE INDEX stream_playhead ON event_store (stream, playhead);
INSERT INTO event_store VALUES (1, 'profile-1', 1, 'profile.created', '{"name":"x"}', '2026-01-02 03:04:05', 0, 0, '[]'), (2, 'profile-1', 2, 'profile.renamed', '{"name":"y"}', '2026-01-02 03:04:06', 0, 0, '[]');
