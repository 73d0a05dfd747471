-- Schema-faithful: tables as @event-driven-io/emmett-sqlite creates them, rows written by hand.
CREATE TABLE emt_streams (
    stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0, partition TEXT NOT NULL DEFAULT 'global',
    stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (stream_id, partition, is_archived), UNIQUE (stream_id, partition, is_archived));
CREATE TABLE emt_messages (
    stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL, partition TEXT NOT NULL DEFAULT 'global',
    message_kind CHAR(1) NOT NULL DEFAULT 'E', message_data JSONB NOT NULL, message_metadata JSONB NOT NULL,
    message_schema_version TEXT NOT NULL, message_type TEXT NOT NULL, message_id TEXT NOT NULL,
    is_archived BOOLEAN NOT NULL DEFAULT FALSE, global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (stream_id, stream_position, partition, is_archived));
INSERT INTO emt_streams VALUES ('shopping_cart-1', 2, 'emt:default', 'shopping_cart', '{}', 0);
INSERT INTO emt_messages VALUES
 ('shopping_cart-1', 1, 'global', 'E', '{"productId":"p/1","price":0.10,"big":18446744073709551615}', '{"correlationId":"c-1","causationId":"m-0"}', '1', 'ProductItemAdded', 'm-1', 0, 1, '2026-01-02 03:04:05'),
 ('shopping_cart-1', 2, 'global', 'E', '{"at":"now"}', '{}', '1', 'Confirmed', 'm-2', 0, 2, '2026-01-02 03:04:06'),
 ('shopping_cart-1', 3, 'global', 'C', '{}', '{}', '1', 'ACommand', 'm-3', 0, 3, '2026-01-02 03:04:06'),
 ('old-ü /1', 1, 'global', 'E', '{}', '{}', '1', 'Gone', 'm-4', 1, 4, '2026-01-02 03:04:06'),
 ('old-ü /1', 1, 'global', 'E', 'not json', '{}', '1', 'Odd', 'm-5', 0, 5, 'no time');
