-- Schema-faithful: table as reSolve's eventstore-lite creates it, rows written by hand.
CREATE TABLE "events" ("threadId" BIGINT NOT NULL, "threadCounter" BIGINT NOT NULL, "timestamp" BIGINT NOT NULL, "aggregateId" VARCHAR(700) NOT NULL, "aggregateVersion" BIGINT NOT NULL, "type" VARCHAR(700) NOT NULL,
 "payload" JSON NULL, PRIMARY KEY ("threadId", "threadCounter"), UNIQUE ("aggregateId", "aggregateVersion"));
INSERT INTO events VALUES
 (200, 0, 1767323045002, 'order-1', 2, 'PRICED', 10.50),
 (17, 0, 1767323045001, 'order-1', 1, 'PLACED', '{"n": 9007199254740993}'),
 (17, 1, 1767323045002, 'order-1', 3, 'NOTED', '"text"'),
 (3, 0, 1767323045000, 'system', 1, 'RESOLVE_INIT', NULL);
