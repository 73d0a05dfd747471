-- Schema-faithful: table as evento 2 creates it, rows written by hand. Ids run against the order of times.
CREATE TABLE "event" ("id" varchar(26) NOT NULL PRIMARY KEY, "name" varchar(50) NOT NULL, "aggregator_type" varchar(50) NOT NULL, "aggregator_id" varchar(26) NOT NULL, "version" integer NOT NULL,
 "data" blob NOT NULL, "metadata" blob NOT NULL, "routing_key" varchar(50), "timestamp" bigint NOT NULL, "timestamp_subsec" bigint NOT NULL DEFAULT 0, "tenant" varchar(50) NOT NULL DEFAULT '');
INSERT INTO event VALUES
 ('01B', 'Placed', 'shop/Order', '01A', 1, x'01026f31ff00', x'00ff', NULL, 1767323045, 500, ''),
 ('01A', 'Opened', 'shop/Order', '01B', 1, x'01ff', x'00ff', 'eu', 1767323045, 7, 'acme'),
 ('01C', 'Paid', 'shop/Order', '01A', 2, x'01fe', x'00ff', NULL, 1767323045, 500, '');
