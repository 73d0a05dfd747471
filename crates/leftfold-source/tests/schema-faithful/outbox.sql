-- Schema-faithful: an outbox table as Debezium's outbox router expects it, rows written by hand.
CREATE TABLE outbox (id TEXT NOT NULL PRIMARY KEY, aggregatetype TEXT NOT NULL, aggregateid TEXT NOT NULL, type TEXT NOT NULL, payload TEXT, timestamp INTEGER);
INSERT INTO outbox VALUES ('u1', 'order', '1', 'OrderPlaced', '{"n":1}', 1767323045123), ('u0', 'order', '1', 'OrderPaid', NULL, 1767323045124);
