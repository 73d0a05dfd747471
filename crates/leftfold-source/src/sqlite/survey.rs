//! Which pages of a damaged file belong to what: found by walking all trees and the list of free pages.

use leftfold_event::Cancel;
use rusqlite::Connection;

use super::btree::{Cell, Kind, Node, Pages, node, word};

/// Row numbers of a tree below a page that cannot be read, from the first to the last it may have held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) root: u32,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// An undamaged leaf that no tree leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stray {
    pub(super) page: u32,
    pub(super) first: i64,
    pub(super) last: i64,
    /// Rows whose long payload is not whole, or stands in pages of others.
    pub(super) torn: Vec<i64>,
}

/// What a walk over the whole file has shown.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) pages: Pages,
    pub(super) gaps: Vec<Gap>,
    pub(super) strays: Vec<Stray>,
    /// Whether it is known which pages are out of use: a stray page may otherwise hold what was deleted.
    pub(super) certain: bool,
    /// Whether every page is accounted for, but for those the gaps begin at.
    pub(super) all_accounted: bool,
}

impl Survey {
    /// Walks the file. `None`: it has no header to go by, or it was cancelled.
    pub(super) fn of(pages: Pages, connection: &Connection, cancel: &Cancel) -> Option<Self> {
        let (roots, whole) = roots(connection);
        let mut walk = Walk {
            used: Used::new(pages.count),
            pages,
            cancel,
            gaps: Vec::new(),
            broken: Vec::new(),
            stack: Vec::new(),
            crossed: false,
        };
        let free = walk.free_pages();
        if !free {
            // What a damaged list names may be anything.
            walk.used = Used::new(walk.pages.count);
        }
        for root in std::iter::once(1).chain(roots) {
            walk.tree(root)?;
        }
        let strays = walk.strays()?;
        let all_accounted = walk.all_accounted();
        let certain = whole && free && !walk.crossed;
        Some(Self {
            pages: walk.pages,
            gaps: walk.gaps,
            strays,
            certain,
            all_accounted: certain && all_accounted,
        })
    }
}

/// The first pages of all trees, and whether these are all.
fn roots(connection: &Connection) -> (Vec<u32>, bool) {
    let mut roots = Vec::new();
    let read = connection
        .prepare("SELECT rootpage FROM main.sqlite_schema WHERE rootpage > 0")
        .and_then(|mut statement| {
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                roots.push(row.get(0)?);
            }
            Ok(())
        });
    (roots, read.is_ok())
}

/// A bit for each page.
struct Used(Vec<u64>);

impl Used {
    fn new(pages: u32) -> Self {
        Self(vec![0; pages as usize / 64 + 1])
    }

    fn has(&self, page: u32) -> bool {
        let word = self.0.get(page as usize / 64).copied().unwrap_or_default();
        word >> (page % 64) & 1 == 1
    }

    /// Whether it was free until now.
    fn take(&mut self, page: u32) -> bool {
        let fresh = !self.has(page);
        if let Some(word) = self.0.get_mut(page as usize / 64) {
            *word |= 1 << (page % 64);
        }
        fresh
    }
}

/// A page to look at, and which rows may stand below it.
struct Below {
    page: u32,
    first: i64,
    last: i64,
}

struct Walk<'w> {
    pages: Pages,
    used: Used,
    cancel: &'w Cancel,
    gaps: Vec<Gap>,
    /// The pages the gaps begin at.
    broken: Vec<u32>,
    stack: Vec<Below>,
    /// Whether two trees, or a tree and the free pages, claim the same page.
    crossed: bool,
}

impl Walk<'_> {
    /// Takes the free pages out. Whether they are all found.
    fn free_pages(&mut self) -> bool {
        let (mut trunk, count) = self.pages.free;
        let mut found = 0_u64;
        let mut buffer = Vec::new();
        while trunk != 0 {
            let Some(bytes) = self.pages.read(trunk, &mut buffer) else {
                return false;
            };
            if !self.used.take(trunk) {
                return false;
            }
            let leaves = word(bytes, 4).unwrap_or_default() as usize;
            if leaves > bytes.len() / 4 - 2 {
                return false;
            }
            for i in 0..leaves {
                let page = word(bytes, 8 + 4 * i).unwrap_or_default();
                if page == 0 || !self.used.take(page) {
                    return false;
                }
            }
            found += 1 + leaves as u64;
            trunk = word(bytes, 0).unwrap_or_default();
        }
        found == u64::from(count)
    }

    /// `None`: cancelled.
    fn tree(&mut self, root: u32) -> Option<()> {
        self.stack.push(Below {
            page: root,
            first: i64::MIN,
            last: i64::MAX,
        });
        let mut buffer = Vec::new();
        while let Some(below) = self.stack.pop() {
            if self.cancel.is_cancelled() {
                return None;
            }
            let bytes = self.pages.read(below.page, &mut buffer);
            let node = bytes.and_then(|b| node(b, below.page == 1));
            let fits = |n: &Node<'_>| match n.kind {
                Kind::TableInner | Kind::TableLeaf => n
                    .cells
                    .iter()
                    .all(|c| c.row >= below.first && c.row <= below.last),
                Kind::IndexInner | Kind::IndexLeaf => true,
            };
            let fresh = !self.used.has(below.page);
            match node.filter(fits) {
                Some(node) if fresh => {
                    self.used.take(below.page);
                    self.below(&node, &below);
                }
                found => {
                    self.crossed |= found.is_some();
                    self.broken.push(below.page);
                    self.gaps.push(Gap {
                        root,
                        first: below.first,
                        last: below.last,
                    });
                }
            }
        }
        Some(())
    }

    fn below(&mut self, node: &Node<'_>, below: &Below) {
        let mut first = below.first;
        for cell in &node.cells {
            self.take_chain(cell);
            if cell.child != 0 {
                let (page, last) = match node.kind {
                    Kind::TableInner => (cell.child, cell.row),
                    _ => (cell.child, below.last),
                };
                self.stack.push(Below { page, first, last });
                if node.kind == Kind::TableInner {
                    first = last.saturating_add(1);
                }
            }
        }
        if matches!(node.kind, Kind::TableInner | Kind::IndexInner) {
            let (page, last) = (node.right, below.last);
            self.stack.push(Below { page, first, last });
        }
    }

    /// Takes the pages a payload goes on in. Whether they are its own, and whole.
    fn take_chain(&mut self, cell: &Cell<'_>) -> bool {
        let used = &mut self.used;
        self.pages.chain(cell, &mut |page, _| used.take(page))
    }

    /// The leaves nothing leads to; inner pages and long payloads among the rest are taken, too. `None`: cancelled.
    fn strays(&mut self) -> Option<Vec<Stray>> {
        let mut strays = Vec::new();
        let mut buffer = Vec::new();
        for page in 2..=self.pages.count {
            if self.cancel.is_cancelled() {
                return None;
            }
            if self.used.has(page) {
                continue;
            }
            let Some(bytes) = self.pages.read(page, &mut buffer) else {
                continue;
            };
            let Some(node) = node(bytes, false) else { continue };
            match (node.kind, node.cells.first(), node.cells.last()) {
                (Kind::TableLeaf, Some(first), Some(last)) => {
                    let (first, last) = (first.row, last.row);
                    let mut torn = Vec::new();
                    for cell in &node.cells {
                        if !self.take_chain(cell) {
                            torn.push(cell.row);
                        }
                    }
                    strays.push(Stray {
                        page,
                        first,
                        last,
                        torn,
                    });
                }
                (Kind::TableInner, ..) => {}
                _ => continue,
            }
            self.used.take(page);
        }
        Some(strays)
    }

    fn all_accounted(&mut self) -> bool {
        if self.pages.promised > self.pages.count {
            return false;
        }
        for page in self.broken.iter().copied().chain([self.pages.lock_page()]) {
            self.used.take(page);
        }
        if self.pages.mapped {
            let step = self.pages.usable as u32 / 5 + 1;
            let mut page = 2;
            while page <= self.pages.count {
                self.used.take(page);
                page += step;
            }
        }
        (1..=self.pages.count).all(|page| self.used.has(page))
    }
}
