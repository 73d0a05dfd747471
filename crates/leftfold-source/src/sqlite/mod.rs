//! SQLite files: opened in place without a trace, described, scanned and fetched from.

mod access;
mod compile;
mod connection;
mod event;
mod fetch;
mod keyed;
mod rollback;
mod row;
mod salvage;
mod scan;
mod schema;
mod select;
mod sql;
mod store;

pub(crate) use access::{Access, Header as FileHeader, read_up_to};
pub(crate) use connection::Database;
pub(crate) use schema::{read_shapes, read_views};
pub(crate) use store::SqliteStore;
