-- A home-made table: the type inside the JSON, seconds as a float, odd column names.
CREATE TABLE "my ""events""" ("when ts" REAL, "entity id" INTEGER, body TEXT, entity TEXT);
INSERT INTO "my ""events""" VALUES (1767323045.25, 1, '{"type":"created","n":1}', 'user'), (1767323046.5, 1, '{"type":"renamed","n":2}', 'user');
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, created_at TEXT);
INSERT INTO users VALUES (1, 'x', '2026-01-02 03:04:05');
