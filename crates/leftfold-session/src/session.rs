//! The session: what is open, and the way in for every front end.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use leftfold_event::Cancel;
use leftfold_log::LogBuilder;
use leftfold_replay::{Projections, Scope};
use leftfold_source::{EventStore, SourceFile};

use crate::compare::Comparisons;
use crate::dto::{InspectDto, MappingDto, MappingPreviewDto, ProjectionDto, SourceDto, StoreDto};
use crate::error::SessionError;
use crate::export::command::Exporting;
use crate::kafka::Kafka;
use crate::mapping;
use crate::masks::{Masked, Masks};
use crate::project::Project;
use crate::source::{OnChange, OpenOptions, OpenSource, lock};

mod described;
mod masking;
mod opening;

pub use described::{check_filter, filter_dto};

use described::{source_dto, store_dto, table_dto};
use opening::Opening;

/// Rows a mapping's preview shows.
const PREVIEW_ROWS: usize = 20;

/// What is open.
pub struct Session {
    sources: Mutex<BTreeMap<u32, Opened>>,
    /// What could be read only once, by its path.
    received: Mutex<BTreeMap<PathBuf, Arc<SourceFile>>>,
    /// The file that was looked into last.
    looked_into: Mutex<Option<(PathBuf, Arc<SourceFile>)>>,
    /// What is being opened.
    opening: Mutex<Option<Arc<Opening>>>,
    /// What is being written for who looks.
    exporting: Mutex<Option<Arc<Exporting>>>,
    next: AtomicU32,
    cache_folder: Option<PathBuf>,
    config_folder: Option<PathBuf>,
    project_folder: Option<PathBuf>,
    /// Whether what the project files hide is hidden.
    masking: bool,
    on_change: OnChange,
    kafka: Kafka,
    comparisons: Comparisons,
}

/// Names the folder of cached indexes in place of the user's own.
const CACHE_VARIABLE: &str = "LEFTFOLD_CACHE_DIR";

#[derive(Clone)]
struct Opened {
    source: Arc<OpenSource>,
    store: StoreDto,
}

/// A store of a file: by its index, or by a mapping; and whether what is masked is hidden.
pub(crate) type Which<'a> = (u32, Option<&'a MappingDto>, bool);

impl Session {
    /// A session with nothing open. Indexes are kept in `cache_folder`, if there is one.
    pub fn new(cache_folder: Option<PathBuf>, on_change: OnChange) -> Self {
        let config_folder =
            directories::ProjectDirs::from("", "", "leftfold").map(|dirs| dirs.config_dir().to_owned());
        Self {
            sources: Mutex::default(),
            received: Mutex::default(),
            looked_into: Mutex::default(),
            opening: Mutex::default(),
            exporting: Mutex::default(),
            next: AtomicU32::new(1),
            cache_folder,
            config_folder,
            project_folder: None,
            masking: true,
            kafka: Kafka::new(Arc::clone(&on_change)),
            comparisons: Comparisons::new(Arc::clone(&on_change)),
            on_change,
        }
    }

    /// The same, looking into this folder's project file too for what it says about a data file that lies elsewhere.
    #[must_use]
    pub fn in_project(self, folder: PathBuf) -> Self {
        Self {
            project_folder: Some(folder),
            ..self
        }
    }

    /// The same, hiding nothing that project files hide.
    #[must_use]
    pub fn without_masks(self) -> Self {
        Self {
            masking: false,
            ..self
        }
    }

    /// The user's cache folder for indexes; the environment's `LEFTFOLD_CACHE_DIR` overrides it.
    pub fn default_cache_folder() -> Option<PathBuf> {
        if let Some(folder) = std::env::var_os(CACHE_VARIABLE).filter(|f| !f.is_empty()) {
            return Some(folder.into());
        }
        directories::ProjectDirs::from("", "", "leftfold").map(|dirs| dirs.cache_dir().join("index"))
    }

    /// The user's configuration folder: the project file of data that lies where nothing can be written.
    pub fn config_folder(&self) -> Option<&Path> {
        self.config_folder.as_deref()
    }

    /// Takes in what can be read only once: standard input (`-`), a pipe, a socket. From then on the path stands for it.
    /// `tick` is called with the bytes read so far.
    pub fn receive(
        &self,
        path: &Path,
        reader: &mut dyn Read,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), SessionError> {
        let file = SourceFile::from_reader(path, reader, cancel, tick)?;
        lock(&self.received).insert(path.to_owned(), Arc::new(file));
        Ok(())
    }

    pub(crate) fn is_received(&self, path: &Path) -> bool {
        lock(&self.received).contains_key(path)
    }

    /// Makes the copy that stands for a file with an interrupted transaction, where there is one, so that what follows finds it.
    /// `tick` is called with the bytes copied so far.
    pub fn prepare(
        &self,
        path: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), SessionError> {
        self.file_with(path, cancel, tick).map(drop)
    }

    /// The file at a path, or what was received under it.
    pub(crate) fn file(&self, path: &Path) -> Result<Arc<SourceFile>, SessionError> {
        self.file_with(path, &Cancel::new(), &mut |_| ())
    }

    fn file_with(
        &self,
        path: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<Arc<SourceFile>, SessionError> {
        if let Some(file) = lock(&self.received).get(path) {
            return Ok(Arc::clone(file));
        }
        if let Some((_, file)) = lock(&self.looked_into)
            .as_ref()
            .filter(|(p, f)| p == path && f.is_current())
        {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(SourceFile::open_unmapped_with(path, cancel, tick)?);
        if leftfold_source::is_read_once(path) {
            lock(&self.received).insert(path.to_owned(), Arc::clone(&file));
        } else if file.is_current() {
            *lock(&self.looked_into) = Some((path.to_owned(), Arc::clone(&file)));
        }
        Ok(file)
    }

    /// The project file that speaks for a data file: the one beside it, or else one that names it. Nothing lies beside what was
    /// received: the project folder's own speaks for it.
    pub(crate) fn project_of(&self, path: &Path) -> Result<Option<Project>, SessionError> {
        if self.is_received(path) {
            let folder = self.project_folder.as_deref();
            return Ok(folder.map(Project::of_folder).transpose()?.flatten());
        }
        let elsewhere = [self.project_folder.as_deref(), self.config_folder()];
        Project::for_data_file(path, elsewhere.into_iter().flatten())
    }

    /// The projections that a project file states for a data file, as text that another project file may begin with.
    pub fn stated_projections(&self, path: &Path) -> Result<Option<String>, SessionError> {
        let project = self.project_of(path)?;
        project.map(|p| p.projections_alone()).transpose()
    }

    /// Writes something where it can be seen and given up. The one before is given up: nobody waits for it any more.
    pub(crate) fn exporting<T>(
        &self,
        write: impl FnOnce(&Exporting) -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let exporting = Arc::new(Exporting::default());
        if let Some(before) = lock(&self.exporting).replace(Arc::clone(&exporting)) {
            before.cancel();
        }
        let written = write(&exporting);
        lock(&self.exporting).take_if(|e| Arc::ptr_eq(e, &exporting));
        written
    }

    pub(crate) fn export_under_way(&self) -> Option<Arc<Exporting>> {
        lock(&self.exporting).clone()
    }

    /// Looks into a file without indexing it. Opens what no dialect knows, too: then `problem` says so.
    pub fn inspect(&self, path: &Path) -> Result<InspectDto, SessionError> {
        self.inspect_with(path, &Cancel::new(), &mut |_| ())
    }

    pub(crate) fn inspect_with(
        &self,
        path: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<InspectDto, SessionError> {
        let file = self.file_with(path, cancel, tick)?;
        let project = self.project_of(path)?;
        let file = read_as_chosen(file, project.as_ref(), path)?;
        let mut stores: Vec<StoreDto> = (0..file.stores().len())
            .map(|i| store_dto(&file.stores()[i], i, file.mapping(i)))
            .collect();
        // What the project says comes first, and instead of a guess at the same table.
        let saved = project
            .as_ref()
            .map(|p| p.mapping_of(path))
            .transpose()?
            .flatten();
        if let Some((name, saved)) = saved {
            stores.retain(|s| s.tables.first().is_some_and(|t| *t != saved.table));
            let info = file.store_with(saved)?.info().clone();
            let title = format!("{name} ({})", crate::project::FILE_NAME);
            stores.insert(
                0,
                StoreDto {
                    title,
                    ..store_dto(&info, SAVED, Some(saved))
                },
            );
        }
        for store in &mut stores {
            store.notes.extend(project.iter().flat_map(Project::broken));
        }
        let problem = file.problem().filter(|_| stores.is_empty());
        let masks = self.masks_of(path)?;
        Ok(InspectDto {
            path: path.display().to_string(),
            kind: file.kind().as_str().to_owned(),
            stores,
            tables: file.tables().iter().map(|t| table_dto(t, &masks)).collect(),
            problem: problem.map(|e| SessionError::from(e).into()),
        })
    }

    /// The tables that come near to holding events, nearest first: their mappings are a start for one made by hand. What
    /// speaks against each is its last note.
    pub fn candidates(&self, path: &Path) -> Result<Vec<StoreDto>, SessionError> {
        let file = self.file(path)?;
        let dto = |c: &leftfold_source::Candidate| {
            let mut dto = store_dto(&c.info, SAVED, Some(&c.mapping));
            dto.notes.push(c.against.clone());
            dto
        };
        Ok(file.candidates().iter().map(dto).collect())
    }

    /// How a table would be read, as a start for a mapping made by hand; what speaks against it, if anything does, is its last
    /// note. `None` where there is no such table, or its rows cannot be found again.
    pub fn start_of_mapping(&self, path: &Path, table: &str) -> Result<Option<StoreDto>, SessionError> {
        let file = self.file(path)?;
        Ok(file.start_of_mapping(table).map(|(info, mapping, against)| {
            let mut dto = store_dto(info, SAVED, Some(mapping));
            dto.notes.extend(against.map(str::to_owned));
            dto
        }))
    }

    /// The first events a mapping gives.
    pub fn preview_mapping(
        &self,
        path: &Path,
        dto: &MappingDto,
        cancel: &Cancel,
    ) -> Result<MappingPreviewDto, SessionError> {
        let file = self.file(path)?;
        let file = read_as_chosen(file, self.project_of(path)?.as_ref(), path)?;
        let store = Masked::over(file.store_with(&mapping::from_dto(dto)?)?, &self.masks_of(path)?);
        let mut builder = LogBuilder::new();
        let mut problems = 0;
        store.scan(
            &mut |header: &leftfold_source::Header<'_>| {
                problems += u32::from(header.problem);
                if builder.take(header) && builder.len() < PREVIEW_ROWS {
                    std::ops::ControlFlow::Continue(())
                } else {
                    std::ops::ControlFlow::Break(())
                }
            },
            cancel,
        )?;
        let ordinals: Vec<u32> = (0..builder.len() as u32).collect();
        let source = OpenSource::of_log(path, store, builder.finish(), Projections::default());
        let view = source.view(None)?;
        let mut sentences: Vec<String> = Vec::new();
        view.events(&ordinals, cancel, &mut |_, event| {
            for problem in event.problems {
                if !sentences.contains(&problem.message) {
                    sentences.push(problem.message);
                }
            }
        })?;
        Ok(MappingPreviewDto {
            rows: view.rows_of(&ordinals, cancel)?,
            problems: sentences,
        })
    }

    /// Opens a store of a file (by its index in [`Session::inspect`], or by a mapping) and starts to index it.
    pub fn open(
        &self,
        path: &Path,
        store: u32,
        mapped: Option<&MappingDto>,
    ) -> Result<SourceDto, SessionError> {
        self.open_with(path, (store, mapped, true), &Cancel::new(), &mut |_| ())
    }

    pub(crate) fn open_with(
        &self,
        path: &Path,
        which: Which<'_>,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<SourceDto, SessionError> {
        let (events, dto, projections) = self.found(path, which, cancel, tick)?;
        let mut warnings = events.info().warnings.clone();
        warnings.extend(self.broken(path)?);
        let cache_folder = self.cache_folder.clone().filter(|_| !self.is_received(path));
        Ok(self.start(path, events, (dto, warnings), projections, cache_folder))
    }

    /// What of the project file that speaks for a data file cannot be used, in sentences.
    fn broken(&self, path: &Path) -> Result<Vec<String>, SessionError> {
        Ok(self.project_of(path)?.iter().flat_map(Project::broken).collect())
    }

    /// A history of a file (by its index in [`Session::inspect`], or by a mapping), without an index.
    pub fn history(
        &self,
        path: &Path,
        store: u32,
        mapped: Option<&MappingDto>,
    ) -> Result<(Arc<dyn EventStore>, Projections), SessionError> {
        let which = (store, mapped, true);
        let (events, _, projections) = self.found(path, which, &Cancel::new(), &mut |_| ())?;
        Ok((events, projections))
    }

    fn found(
        &self,
        path: &Path,
        (store, mapped, hides): Which<'_>,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(Arc<dyn EventStore>, StoreDto, Projections), SessionError> {
        let file = self.file_with(path, cancel, tick)?;
        let project = self.project_of(path)?;
        let file = read_as_chosen(file, project.as_ref(), path)?;
        let projections = project
            .as_ref()
            .map_or_else(|| Ok(Projections::default()), Project::projections)?;
        let saved = match mapped {
            Some(_) => None,
            None => project
                .as_ref()
                .map(|p| p.mapping_of(path))
                .transpose()?
                .flatten(),
        };
        let (events, mut dto): (Arc<dyn EventStore>, StoreDto) = match (mapped, saved) {
            (Some(dto), _) => {
                let mapping = mapping::from_dto(dto)?;
                let events = file.store_with(&mapping)?;
                let dto = store_dto(events.info(), SAVED, Some(&mapping));
                (events, dto)
            }
            (None, Some((_, mapping))) if store == SAVED as u32 => {
                let events = file.store_with(mapping)?;
                let dto = store_dto(events.info(), SAVED, Some(mapping));
                (events, dto)
            }
            _ => {
                let index = store as usize;
                let events = file.store(index)?;
                let dto = store_dto(events.info(), index, file.mapping(index));
                (events, dto)
            }
        };
        dto.notes.extend(project.iter().flat_map(Project::broken));
        let projections = with_found(projections, &events.folds()?);
        let masks = if hides {
            self.masks_of(path)?
        } else {
            Masks::default()
        };
        Ok((Masked::over(events, &masks), dto, projections))
    }

    /// The history of a file that is most certainly one, what it is read as, and how many others the file holds.
    pub(crate) fn most_certain(
        &self,
        path: &Path,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(Arc<dyn EventStore>, StoreDto, u32), SessionError> {
        let inspected = self.inspect_with(path, cancel, tick)?;
        let Some(first) = inspected.stores.first() else {
            let reason = inspected.problem.map_or_else(String::new, |e| e.message);
            return Err(SessionError::new(
                "source-no-events",
                format!(
                    "{} holds no event history that is recognised: {reason}",
                    path.display()
                ),
            )
            .with("path", path.display().to_string())
            .with("reason", reason));
        };
        let others = inspected.stores.len() as u32 - 1;
        let (events, dto, _) = self.found(path, (first.index, None, true), cancel, tick)?;
        Ok((events, dto, others))
    }

    /// Opens what comes from a reader (standard input). `name` stands for the path.
    pub fn open_lines(&self, name: &Path, lines: &mut dyn Read) -> Result<SourceDto, SessionError> {
        self.receive(name, lines, &Cancel::new(), &mut |_| ())?;
        self.open(name, 0, None)
    }

    fn start(
        &self,
        path: &Path,
        store: Arc<dyn EventStore>,
        (mut dto, warnings): (StoreDto, Vec<String>),
        projections: Projections,
        cache_folder: Option<PathBuf>,
    ) -> SourceDto {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let capture = self.kafka.writing(path);
        let source = OpenSource::open(OpenOptions {
            id,
            path: path.to_owned(),
            store,
            warnings,
            projections,
            growing: capture.is_some(),
            // An index that is old in a second is not worth keeping.
            cache_folder: cache_folder.filter(|_| capture.is_none()),
            on_change: Arc::clone(&self.on_change),
        });
        if let Some(capture) = capture {
            dto.notes
                .retain(|note| !note.starts_with("The last run of this capture"));
            capture.feed(&source);
        }
        let opened = Opened { source, store: dto };
        lock(&self.sources).insert(id, opened.clone());
        source_dto(&opened)
    }

    fn opened(&self, id: u32) -> Result<Opened, SessionError> {
        let sources = lock(&self.sources);
        sources
            .get(&id)
            .cloned()
            .ok_or_else(|| SessionError::new("source-closed", format!("source {id} is not open")))
    }

    /// A source that is open.
    pub fn source(&self, id: u32) -> Result<Arc<OpenSource>, SessionError> {
        self.opened(id).map(|o| o.source)
    }

    /// What a source is and how far its index is.
    pub fn status(&self, id: u32) -> Result<SourceDto, SessionError> {
        self.opened(id).map(|o| source_dto(&o))
    }

    /// The clusters and captures.
    pub(crate) fn kafka(&self) -> &Kafka {
        &self.kafka
    }

    /// The comparisons.
    pub(crate) fn comparisons(&self) -> &Comparisons {
        &self.comparisons
    }

    /// The folder the program was started in, and the user's configuration: where project files are looked for that lie beside no data.
    pub(crate) fn project_folders(&self) -> impl Iterator<Item = &Path> {
        [self.project_folder.as_deref(), self.config_folder()]
            .into_iter()
            .flatten()
    }

    /// Closes every source that reads a file.
    pub(crate) fn close_file(&self, path: &Path) {
        let Ok(real) = std::fs::canonicalize(path) else {
            return;
        };
        let is_it = |o: &Opened| std::fs::canonicalize(&o.source.path).is_ok_and(|p| p == real);
        let ids: Vec<u32> = lock(&self.sources)
            .iter()
            .filter(|(_, o)| is_it(o))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.close(id);
        }
    }

    /// Ends the captures and waits until their files are whole; for a program that ends.
    pub fn shut_down(&self) {
        self.kafka.shut_down();
    }

    /// Closes a source and stops its work.
    pub fn close(&self, id: u32) {
        let closed = lock(&self.sources).remove(&id);
        self.comparisons.close_of(id);
        if let Some(opened) = closed {
            lock(&self.received).remove(&opened.source.path);
            let mut copied = lock(&self.looked_into);
            if copied.as_ref().is_some_and(|(p, _)| *p == opened.source.path) {
                *copied = None;
            }
            opened.source.cancel_index();
            opened.source.cancel_search();
        }
    }

    /// The projections a source's streams can be seen through.
    pub fn projections(&self, id: u32) -> Result<Vec<ProjectionDto>, SessionError> {
        let snapshot = self.source(id)?.snapshot();
        let built_in = |name: &str| BUILT_IN.iter().find(|(n, _)| *n == name);
        let dto = |name: &str| ProjectionDto {
            name: name.to_owned(),
            description: built_in(name).map_or_else(
                || "declared in leftfold.toml".to_owned(),
                |(_, d)| (*d).to_owned(),
            ),
            built_in: built_in(name).is_some(),
        };
        Ok(snapshot.replay.projections().names().map(dto).collect())
    }
}

/// The file, its keys and values read as the project says.
fn read_as_chosen(
    file: Arc<SourceFile>,
    project: Option<&Project>,
    path: &Path,
) -> Result<Arc<SourceFile>, SessionError> {
    let Some(project) = project else { return Ok(file) };
    let decoders = project.decoders_of(path)?;
    if decoders.is_empty() {
        return Ok(file);
    }
    match file.read_by(&decoders)? {
        Some(file) => Ok(Arc::new(file)),
        None => Err(project.wrong(&format!(
            "decode is for captures of Kafka, and {} is none",
            path.display()
        ))),
    }
}

/// Projections, and where the project says nothing else, those that events ask for by what they look like.
pub(crate) fn with_found(mut projections: Projections, found: &[(String, &str)]) -> Projections {
    for (category, fold) in found {
        if let Some(number) = projections.find(fold) {
            let scope = Scope {
                categories: vec![category.clone()],
                streams: Vec::new(),
            };
            projections.assign(scope, number);
        }
    }
    projections
}

/// The built-in projections, and what they do.
const BUILT_IN: &[(&str, &str)] = &[
    ("merge", "each payload is merged into the state (RFC 7396)"),
    ("latest", "the state is the latest payload"),
    ("json-patch", "each payload is a patch of the state (RFC 6902)"),
    ("debezium", "the state is the row a change record leaves behind"),
];

/// Stands for "the mapping of the project file" where a store's index is asked for.
const SAVED: usize = u32::MAX as usize;
