-- Schema-faithful: Marten's tables carried over to SQLite, rows written by hand.
CREATE TABLE mt_streams (id TEXT NOT NULL PRIMARY KEY, type TEXT, version INTEGER, timestamp TEXT, snapshot TEXT, snapshot_version INTEGER, created TEXT, tenant_id TEXT, is_archived INTEGER);
CREATE TABLE mt_events (seq_id BIGINT NOT NULL PRIMARY KEY, id TEXT NOT NULL, stream_id TEXT, version BIGINT NOT NULL, data TEXT NOT NULL, type VARCHAR(500) NOT NULL, timestamp TEXT NOT NULL, tenant_id VARCHAR, mt_dotnet_type VARCHAR,
 correlation_id VARCHAR, causation_id VARCHAR, headers TEXT, is_archived INTEGER DEFAULT 0);
CREATE TABLE mt_event_progression (name TEXT PRIMARY KEY, last_seq_id BIGINT, last_updated TEXT);
INSERT INTO mt_events VALUES
 (3, 'e3', 's-1', 2, '{"Total": 2}', 'order_paid', '2026-01-02 03:04:06+01', '*DEFAULT*', 'Shop.Paid, Shop', NULL, NULL, NULL, 0),
 (1, 'e1', 's-1', 1, '{"Total": 0.10}', 'order_placed', '2026-01-02 03:04:05.123456+00', '*DEFAULT*', 'Shop.Placed, Shop', 'c', 'd', '{"h":1}', 0),
 (2, 'e2', 's-1', 1, '{}', 'order_placed', '2026-01-02 03:04:05.123456+00', 'acme', 'Shop.Placed, Shop', NULL, NULL, NULL, 0),
 (4, 'e4', 's-2', 1, '{}', 'order_placed', '2026-01-02 03:04:05.123456+00', '*DEFAULT*', 'Shop.Placed, Shop', NULL, NULL, NULL, 1);
