//! What a projector made of the day's orders: a table, with rows it got wrong.

use std::collections::BTreeMap;
use std::path::Path;

use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Progress};
use rusqlite::{Connection, params};

use crate::day::clock;
use crate::mirror::{Fault, MirrorSummary};
use crate::order::Category;
use crate::random::Chance;
use crate::shop::{self, Row, RowSink};
use crate::{DemoError, DemoOptions};

/// What is planted, as a comparison calls it.
const PLANTED: [(&str, &str); 3] = [
    ("missing", "rows were deleted by hand while somebody cleaned up"),
    ("extra", "a row was left behind by a test"),
    (
        "field-mismatch",
        "the handler of a payment failed, and its amount was never written",
    ),
];

/// When the projector was stopped: what comes later is not in the table.
const END: i64 = clock(23, 0);

/// Writes the table `orders` to a new SQLite file, by the orders that [`crate::write_sqlite`] with these options gives, as of eleven in the
/// evening. A file that exists is replaced.
///
/// # Errors
/// [`DemoError::Events`] for a number of events outside the bounds; [`DemoError::Cancelled`]; otherwise what the disk or SQLite says.
pub fn write_read_model(
    path: &Path,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<MirrorSummary, DemoError> {
    let mut model = ReadModel {
        start: options.start.nanos / 1_000,
        seed: options.seed,
        orders: BTreeMap::new(),
        wrong: 0,
    };
    shop::run(options, &mut model, cancel, progress)?;
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(DemoError::io(path, &e)),
        _ => {}
    }
    let [missing, extra, wrong] = model.write(path).map_err(|e| DemoError::Sqlite {
        path: path.to_owned(),
        reason: e.to_string(),
    })?;
    Ok(MirrorSummary {
        events: model.orders.len() as u64 + extra - missing,
        faults: PLANTED
            .iter()
            .zip([missing, extra, wrong])
            .filter(|(_, rows)| *rows > 0)
            .map(|(&(category, what), events)| Fault {
                category,
                events,
                what,
            })
            .collect(),
    })
}

/// A row of the table.
#[derive(Default)]
struct Order {
    number: u64,
    status: String,
    total: String,
    currency: String,
    paid: String,
}

struct ReadModel {
    /// Microseconds since the epoch at which the day starts.
    start: i64,
    seed: u64,
    orders: BTreeMap<String, Order>,
    wrong: u64,
}

impl RowSink for ReadModel {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError> {
        if row.category != Category::Order || row.time - self.start > END {
            return Ok(());
        }
        // Payloads are written by this crate.
        let payload = json::parse(row.payload.as_bytes()).unwrap_or_default();
        let order = self.orders.entry(row.stream.to_owned()).or_default();
        order.number = row.stream_number;
        let said = |key: &str| {
            let value = payload.get(key)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        for (field, key) in [
            (&mut order.status, "status"),
            (&mut order.total, "total"),
            (&mut order.currency, "currency"),
        ] {
            if let Some(text) = said(key) {
                *field = text;
            }
        }
        if let Some(paid) = payload.get("paidAmount").map(Value::to_string) {
            let fails = row.kind == "PaymentCaptured"
                && self.wrong < 4
                && Chance::new(self.seed, 95, row.stream_number).percent(2);
            if fails {
                self.wrong += 1;
            } else {
                order.paid = paid;
            }
        }
        Ok(())
    }
}

impl ReadModel {
    /// Writes the rows; how many are missing, too many and wrong.
    fn write(&self, path: &Path) -> rusqlite::Result<[u64; 3]> {
        let mut connection = Connection::open(path)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(
            "CREATE TABLE orders (order_id TEXT PRIMARY KEY, status TEXT NOT NULL, total TEXT NOT NULL, currency TEXT NOT NULL, \
             paid TEXT NOT NULL)",
        )?;
        let mut missing = 0;
        {
            let mut insert = transaction.prepare("INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (id, order) in &self.orders {
                if missing < 3 && Chance::new(self.seed, 96, order.number).percent(1) {
                    missing += 1;
                    continue;
                }
                insert.execute(params![id, order.status, order.total, order.currency, order.paid])?;
            }
            insert.execute(params!["test-1", "placed", "0.00", "EUR", "0.00"])?;
        }
        transaction.commit()?;
        connection.close().map_err(|(_, e)| e)?;
        Ok([missing, 1, self.wrong])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_wrong_in_every_way_and_the_same_seed_gives_the_same_ones() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            let options = DemoOptions::default();
            let summary = write_read_model(&path, &options, &Cancel::new(), &Progress::new()).unwrap();
            (std::fs::read(path).unwrap(), summary)
        };
        let (bytes, summary) = write("a.db");
        assert_eq!(
            summary.faults.iter().map(|f| f.category).collect::<Vec<_>>(),
            PLANTED.map(|(c, _)| c)
        );
        assert_eq!(write("b.db"), (bytes, summary));
    }
}
