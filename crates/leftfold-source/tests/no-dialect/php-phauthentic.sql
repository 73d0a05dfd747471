-- Phauthentic's event store (PHP): stream is the kind of aggregate, event the class.
CREATE TABLE event_store (id INTEGER PRIMARY KEY AUTOINCREMENT, stream VARCHAR(128) NOT NULL, aggregate_id CHAR(36) NOT NULL, version INT NOT NULL, event VARCHAR(255) NOT NULL, payload TEXT NOT NULL, created_at VARCHAR(128) NOT NULL);
INSERT INTO event_store (stream, aggregate_id, version, event, payload, created_at) VALUES
 ('account', 'a1', 1, 'App\AccountOpened', '{"n":1}', '2026-01-02 03:04:05'),
 ('account', 'a2', 1, 'App\AccountOpened', '{"n":2}', '2026-01-02 03:04:06'),
 ('account', 'a1', 2, 'App\AccountClosed', '{"n":3}', '2026-01-02 03:04:07');
