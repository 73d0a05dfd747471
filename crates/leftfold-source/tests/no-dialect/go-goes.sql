-- goes (Go), exported from PostgreSQL: name is the event's, times count nanoseconds, events outside aggregates have none.
CREATE TABLE events (id UUID PRIMARY KEY NOT NULL, name VARCHAR(255) NOT NULL, time BIGINT NOT NULL, aggregate_id UUID, aggregate_name VARCHAR(255), aggregate_version INTEGER, data JSONB);
CREATE UNIQUE INDEX goes_aggregate ON events (aggregate_id, aggregate_name, aggregate_version);
INSERT INTO events VALUES
 ('e1', 'todo.added', 1767323045123456789, 'l1', 'todo.list', 1, '{"task":"x"}'),
 ('e2', 'todo.done', 1767323046000000000, 'l1', 'todo.list', 2, '{"task":"x"}'),
 ('e3', 'tick', 1767323047000000000, NULL, NULL, NULL, NULL);
