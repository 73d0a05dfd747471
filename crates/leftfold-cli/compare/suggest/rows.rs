//! `compare --suggest` where the right side is a file of tables: which holds the states of the left side's streams.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use leftfold_event::Progress;
use leftfold_session::Session;
use leftfold_session::compare::{History, RowsSuggestion, TableSuggestion};

use crate::args::SourceArgs;
use crate::compare::CompareArgs;
use crate::compare::sides::shell_word;
use crate::document::{Document, list, number};
use crate::failure::Outcome;
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean, counted, grouped};
use crate::table::{Column, Table};

/// Tables that commands are made of.
const COMMANDS: usize = 3;

/// Looks at the tables of a right side that holds no history, or at the one that is named; `None`: it holds one.
pub(super) fn look(
    front: &mut Front,
    session: &Session,
    args: &CompareArgs,
    [left, right]: &[PathBuf; 2],
) -> Outcome<Option<RowsSuggestion>> {
    let named = input::find(right)?;
    if named.is_stream() || named.mapping.is_some() {
        return Ok(None);
    }
    let table = args.relate.table();
    if !session.has_rows(&named.path, table)? {
        return Ok(None);
    }
    let source = SourceArgs {
        source: left.clone(),
        store: args.how.left_store,
        table: None,
    };
    let opened = input::open_in(front, session, &source)?;
    let history = History {
        log: &opened.snapshot.log,
        store: &*opened.source.store,
        projections: opened.snapshot.replay.projections(),
    };
    let cancel = front.interrupt.cancel.clone();
    let progress = [Progress::new()];
    let work = || session.suggest_rows(&named.path, history, table, &cancel, &progress[0]);
    Ok(Some(front.watch("looking at rows", &progress, work)?))
}

pub(super) fn say(
    front: &mut Front,
    args: &CompareArgs,
    names: [&Path; 2],
    rows: &RowsSuggestion,
) -> Outcome {
    let commands: Vec<String> = rows
        .tables
        .iter()
        .take(COMMANDS)
        .map(|t| command(names, t))
        .collect();
    if args.json {
        return Ok(document(names, rows, &commands).print(&mut front.out)?);
    }
    let paint = front.paint;
    for table in &rows.tables {
        let [all, of_streams] = table.rows.map(|n| n as u64);
        let whose = match &table.category {
            Some(category) => format!("holds what stands behind {category:?} in the streams' names"),
            None => "holds the streams' names".to_owned(),
        };
        let which = if table.is_sample { "the first " } else { "" };
        writeln!(
            front.out,
            "{}  {} of {which}{} are of streams: {} {}\n",
            paint.with(Tone::Title, &clean(&table.table)),
            grouped(of_streams),
            counted(all, "row"),
            paint.with(Tone::Key, &clean(&table.key)),
            clean(&whose)
        )?;
        let mut fields = Table::new(vec![
            Column::left("column", Tone::Key, 12),
            Column::left("in the state", Tone::Key, 12),
            Column::right("rows that are equal, of those looked at", Tone::Number),
        ]);
        for (column, place, [equal, of]) in &table.columns {
            fields.row(vec![column.clone(), place.clone(), format!("{equal} of {of}")]);
        }
        for column in &table.other {
            fields.row(vec![column.clone(), "nowhere".to_owned(), String::new()]);
        }
        fields.write(&mut front.out, paint, front.width)?;
        writeln!(front.out)?;
    }
    if commands.is_empty() {
        writeln!(
            front.out,
            "no column of a table says which stream a row would be of"
        )?;
        return Ok(());
    }
    writeln!(front.out, "Try:")?;
    for command in commands {
        writeln!(front.out, "  {}", clean(&command))?;
    }
    Ok(())
}

/// How rows are compared with the states, as a shell takes it.
fn command(names: [&Path; 2], table: &TableSuggestion) -> String {
    let [left, right] = names.map(|name| shell_word(&name.to_string_lossy()));
    let mut command = format!(
        "leftfold compare {left} {right} --mode projection --table {} --key {}",
        shell_word(&table.table),
        shell_word(&table.key)
    );
    for (column, place) in table.mapped() {
        command.push_str(" --map ");
        command.push_str(&shell_word(&format!("{column}={place}")));
    }
    if let Some(category) = table.category.as_ref().filter(|_| table.ambiguous) {
        command.push_str(" --only-category ");
        command.push_str(&shell_word(category));
    }
    command
}

fn document(names: [&Path; 2], rows: &RowsSuggestion, commands: &[String]) -> Document {
    let side = |i: usize| Document::new().with("name", &*names[i].to_string_lossy());
    let tables = rows.tables.iter().map(|table| {
        let columns = table.columns.iter().map(|(column, place, [equal, of])| {
            Document::new()
                .with("column", column.as_str())
                .with("place", place.as_str())
                .with("equal", number(*equal as u64))
                .with("of", number(*of as u64))
        });
        Document::new()
            .with("table", table.table.as_str())
            .with("key", table.key.as_str())
            .maybe("category", table.category.as_deref())
            .with("rows", number(table.rows[0] as u64))
            .with("rows_of_streams", number(table.rows[1] as u64))
            .with("first_rows_only", table.is_sample)
            .with("columns", list(columns))
            .with("other_columns", list(table.other.iter().map(String::as_str)))
    });
    Document::new()
        .with("left", side(0))
        .with("right", side(1))
        .with("tables", list(tables))
        .with("commands", list(commands.iter().map(String::as_str)))
}
