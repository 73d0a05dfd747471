-- Schema-faithful: tables as python-event-sourcery creates them by SQLAlchemy, rows written by hand.
CREATE TABLE event_sourcery_streams (id INTEGER NOT NULL, uuid CHAR(36), name VARCHAR(255), category VARCHAR(255) NOT NULL, tenant_id VARCHAR(255) NOT NULL, version BIGINT, PRIMARY KEY (id));
CREATE TABLE event_sourcery_events (id INTEGER NOT NULL, db_stream_id INTEGER NOT NULL, tenant_id VARCHAR(255) NOT NULL, version INTEGER, uuid CHAR(36) NOT NULL, name VARCHAR(200) NOT NULL, data JSON NOT NULL,
 event_context JSON NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (id), FOREIGN KEY(db_stream_id) REFERENCES event_sourcery_streams (id) ON DELETE CASCADE);
CREATE TABLE event_sourcery_snapshots (uuid CHAR(36) NOT NULL, created_at DATETIME NOT NULL, version INTEGER NOT NULL, name VARCHAR(50) NOT NULL, data JSON NOT NULL, event_context JSON NOT NULL, db_stream_id INTEGER NOT NULL, id INTEGER, PRIMARY KEY (uuid));
INSERT INTO event_sourcery_streams VALUES (1, '11111111-2222-3333-4444-555555555555', NULL, '', 'default', 2), (2, '21111111-2222-3333-4444-555555555555', 'ä /b', 'order', 'default', 1);
INSERT INTO event_sourcery_events VALUES
 (1, 1, 'default', 1, 'e1', 'Placed', '{"price": "0.10"}', '{"correlation_id": "c", "causation_id": null}', '2026-01-02 03:04:05.123456'),
 (2, 2, 'default', NULL, 'e2', 'Paid', '{"n": 1}', '{"correlation_id": null, "causation_id": "e1"}', '2026-01-02 03:04:06.000000');
