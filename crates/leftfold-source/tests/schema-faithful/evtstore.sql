-- Schema-faithful: tables as evtstore creates them by knex, rows written by hand.
CREATE TABLE shop_events (`position` integer not null primary key autoincrement, `version` integer not null, `stream` varchar(255) not null, `aggregate_id` varchar(255) not null, `timestamp` datetime not null, `event` text not null);
CREATE UNIQUE INDEX shop_events_u ON shop_events (stream, version, aggregate_id);
CREATE TABLE bookmarks (bookmark varchar(255) primary key, position bigint);
INSERT INTO shop_events VALUES
 (1, 1, 'orders', '1', 1767323045123, '{"type":"placed","total":0.10}'),
 (2, 2, 'orders', '1', 1767323045124, '{"total":3,"nested":{"type":"x"},"type":"pai\u0064"}');
