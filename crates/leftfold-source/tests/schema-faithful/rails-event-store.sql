-- Schema-faithful: tables as Rails Event Store's migration creates them on SQLite, rows written by hand.
CREATE TABLE "event_store_events_in_streams" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "stream" varchar NOT NULL, "position" integer, "event_id" varchar(36) NOT NULL, "created_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "u1" ON "event_store_events_in_streams" ("stream", "position");
CREATE UNIQUE INDEX "u2" ON "event_store_events_in_streams" ("stream", "event_id");
CREATE TABLE "event_store_events" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "event_id" varchar(36) NOT NULL, "event_type" varchar NOT NULL, "metadata" blob, "data" blob NOT NULL, "created_at" datetime(6) NOT NULL, "valid_at" datetime(6));
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
INSERT INTO event_store_events VALUES
 (1, 'e1', 'OrderPlaced', CAST('---
:correlation_id: c
:causation_id: cmd
:types:
  :data:
    :order_id: [Symbol, Integer]
' AS BLOB), CAST('---
:order_id: 42
:total: !ruby/object:BigDecimal 18:0.1e2
:state: :new
' AS BLOB), '2026-01-02 03:04:05.123456', NULL),
 (2, 'e2', 'OrderPaid', CAST('{"correlation_id":"c"}' AS BLOB), CAST('{"order_id":42}' AS BLOB), '2026-01-02 03:04:06.000000', '2026-01-01 00:00:00.000000'),
 (3, 'e3', 'Lonely', NULL, CAST('{}' AS BLOB), '2026-01-02 03:04:07.000000', NULL),
 (4, 'e4', 'Hidden', NULL, CAST('{}' AS BLOB), '2026-01-02 03:04:08.000000', NULL);
INSERT INTO event_store_events_in_streams VALUES
 (1, '$by_type_OrderPlaced', 0, 'e1', 'x'), (2, 'Order$42', 0, 'e1', 'x'), (3, 'Customer$7', NULL, 'e1', 'x'),
 (4, 'Order$42', 1, 'e2', 'x'), (5, '$by_type_Hidden', 0, 'e4', 'x');
