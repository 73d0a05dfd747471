//! SQLite files: opened in place without a trace, described, scanned and fetched from.

mod access;
mod aside;
mod btree;
mod compile;
mod connection;
mod event;
mod fetch;
mod found;
mod keyed;
mod orphans;
mod partners;
mod past;
mod rollback;
mod row;
mod salvage;
mod scan;
mod schema;
mod select;
mod sql;
mod store;
mod survey;
mod table;
mod whole;
mod writer;

pub(crate) use access::{Access, Header as FileHeader, read_up_to};
pub(crate) use connection::{Copied, Database, Lease};
pub(crate) use found::find_samples;
pub(crate) use past::{Past, PastDamage};
pub(crate) use rollback::whole_pages;
pub(crate) use schema::{View, read_shapes, read_views, virtual_tables};
pub(crate) use store::SqliteStore;
pub(crate) use table::rows as table_rows;
