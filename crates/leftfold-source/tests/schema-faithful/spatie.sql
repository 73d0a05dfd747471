-- Schema-faithful: table as spatie/laravel-event-sourcing's migration creates it on SQLite, rows written by hand.
CREATE TABLE "stored_events" ("id" integer primary key autoincrement not null, "aggregate_uuid" varchar, "aggregate_version" integer, "event_version" integer not null default '1', "event_class" varchar not null,
 "event_properties" text not null, "meta_data" text not null, "created_at" datetime not null);
CREATE TABLE "snapshots" ("id" integer primary key autoincrement not null, "aggregate_uuid" varchar not null, "aggregate_version" integer not null, "state" text not null, "created_at" datetime, "updated_at" datetime);
INSERT INTO stored_events VALUES
 (1, 'u-1', 1, 1, 'App\Events\MoneyAdded', '{"amount":10.10}', '{"aggregate-root-uuid":"u-1"}', '2026-01-02 03:04:05'),
 (2, NULL, NULL, 1, 'App\Events\Tick', '{}', '[]', '2026-01-02 03:04:06');
