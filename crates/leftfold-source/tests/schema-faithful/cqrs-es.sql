-- Schema-faithful: table as sqlite-es creates it, rows written by hand.
CREATE TABLE events (aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, sequence INTEGER NOT NULL CHECK (sequence >= 0), event_type TEXT NOT NULL,
 event_version TEXT NOT NULL, payload TEXT NOT NULL, metadata TEXT NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT;
CREATE TABLE snapshots (aggregate_type TEXT NOT NULL, aggregate_id TEXT NOT NULL, last_sequence INTEGER NOT NULL, current_snapshot INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)) STRICT;
INSERT INTO events VALUES
 ('Customer', 'a', 1, 'NameAdded', '1.0', '{"NameAdded":{"name":"Ä"}}', '{"correlation_id":"c"}'),
 ('Order', 'a', 1, 'Placed', '1.0', '"Placed"', '{}'),
 ('Order', 'a', 2, 'Moved', '1.0', '{"Moved":[1,2]}', '{}'),
 ('Order', 'a', 3, 'Tagged', '1.0', '{"type":"Tagged","n":1}', '{}');
