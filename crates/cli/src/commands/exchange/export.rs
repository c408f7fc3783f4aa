//! `tenantatlas export TENANT --to DIR|FILE.zip`

use std::collections::BTreeMap;
use std::path::Path;

use app::backups::PolicyKey;
use app::exchange::{Chosen, Exported, Objects, begin_export, layout_named, source_for};
use app::inventory::ObjectQuery;
use model::AppError;
use model::change::Author;
use model::exchange::{Layout, Packer, SourceFile, Writer};
use model::ids::VersionId;
use serde_json::json;
use store::TenantScope;

use super::folder::{Changes, Folder, is_object};
use super::{git, verify};
use crate::args::Export;
use crate::commands::backup::policy;
use crate::exit::Exit;
use crate::new_file::NewFile;
use crate::session::Session;

/// An export under way.
struct Writing<'a> {
    session: &'a Session,
    scope: &'a TenantScope,
    objects: Objects,
    writer: Writer,
    written: usize,
    /// Type, name and code of what is not in it.
    missing: Vec<(String, String, String)>,
}

/// Writes the objects from the database; nothing is asked of Microsoft.
pub(crate) async fn run(args: Export, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let layout = layout_named(&args.layout)?;
    let is_archive = args.to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    if is_archive && args.git {
        return Err(AppError::invalid("export.git", "A git repository is a folder, not a ZIP archive")
            .hint("Name a folder with --to"));
    }
    let types = args.types.iter().map(|key| ("type", key.as_str()));
    let chosen = Chosen {
        set: args.set,
        policies: args.objects.iter().map(|text| policy(text)).collect::<Result<Vec<PolicyKey>, _>>()?,
        query: ObjectQuery::of(types).checked()?,
    };
    let source = source_for(&session.db, &scope, layout).await?;
    let organisation = source.organisation.clone();
    let objects = begin_export(&session.db, &scope, chosen, layout).await?;
    let writer = Writer::new(layout, source);
    let writing = Writing { session, scope: &scope, objects, writer, written: 0, missing: Vec::new() };
    if is_archive {
        return writing.archive(&args.to).await;
    }
    if args.git {
        // Before anything is written: where git is missing, nothing is.
        std::fs::create_dir_all(&args.to).map_err(|error| super::folder::unwritable(&args.to, error))?;
        git::prepare(&args.to)?;
    }
    writing.folder(&args.to, layout, args.git.then_some(organisation)).await
}

impl Writing<'_> {
    /// The files of the next objects with the versions that they are; nothing behind the last one.
    async fn next(&mut self) -> Result<Option<Vec<(SourceFile, VersionId)>>, AppError> {
        let Some(page) = self.objects.next(&self.session.db, self.scope).await? else { return Ok(None) };
        let mut files = Vec::new();
        for one in page {
            match one {
                Exported::Whole(object, version) => match self.writer.write(&object) {
                    Ok(written) => {
                        self.written += 1;
                        files.extend(written.into_iter().map(|file| (file, version)));
                    }
                    Err(problem) => self.missing.push((object.type_key, object.name, problem.code.to_owned())),
                },
                Exported::Missing { type_key, external_id, name, code } => {
                    self.writer.lack(&type_key, external_id.as_deref(), &name, &code);
                    self.missing.push((type_key, name, code));
                }
            }
        }
        Ok(Some(files))
    }

    async fn archive(mut self, to: &Path) -> Result<Exit, AppError> {
        let mut file = NewFile::create(to)?;
        let mut packer = Packer::default();
        while let Some(files) = self.next().await? {
            for (one, _) in files {
                packer.add(&one)?;
                file.write(&packer.take())?;
            }
        }
        if let Some(last) =
            std::mem::replace(&mut self.writer, Writer::new(Layout::Portal, Default::default())).finish()
        {
            packer.add(&last)?;
        }
        file.write(&packer.finish()?)?;
        let bytes = file.keep()?;
        self.told(to, json!({ "bytes": bytes }), String::new())
    }

    async fn folder(mut self, to: &Path, layout: Layout, repository_of: Option<String>) -> Result<Exit, AppError> {
        let mut folder = Folder::open(to, repository_of.is_some())?;
        let mut versions = BTreeMap::new();
        while let Some(files) = self.next().await? {
            for (file, version) in files {
                folder.write(&file)?;
                versions.insert(file.path, version);
            }
        }
        if let Some(last) =
            std::mem::replace(&mut self.writer, Writer::new(Layout::Portal, Default::default())).finish()
        {
            folder.write(&last)?;
        }
        let changes = folder.finish(layout == Layout::Ours)?;
        let counts = [&changes.new, &changes.changed, &changes.gone].map(|paths| Changes::objects(paths));
        let [new, changed, gone] = counts;
        let words = format!(": {new} new, {changed} changed, {gone} gone");
        let commit = match repository_of {
            Some(organisation) => self.commit(to, &organisation, &changes, &versions, &words).await?,
            None => None,
        };
        let commit_words = commit.as_ref().map(|hash| format!(", commit {hash}")).unwrap_or_default();
        let facts = json!({ "new": new, "changed": changed, "gone": gone, "commit": commit });
        self.told(to, facts, format!("{words}{commit_words}"))
    }

    async fn commit(
        &self,
        to: &Path,
        organisation: &str,
        changes: &Changes,
        versions: &BTreeMap<String, VersionId>,
        words: &str,
    ) -> Result<Option<String>, AppError> {
        let paths = git::uncommitted(to, &changes.ours)?;
        if paths.is_empty() {
            return Ok(None);
        }
        let mut authors: Vec<Option<Author>> = Vec::new();
        let mut lines = Vec::new();
        for path in paths.iter().filter(|path| is_object(path)) {
            let Some(version) = versions.get(path) else {
                // Nobody is known for what is gone: its removal is an event of its own.
                authors.push(None);
                lines.push(format!("{path}: gone"));
                continue;
            };
            let version = self.session.db.tenant(self.scope).versions().get(*version).await?;
            let author = version.author.map(|known| known.author);
            let name = author.as_ref().and_then(|author| author.name.clone());
            lines.push(format!("{path}: {}", name.unwrap_or_else(|| "it is not known who".to_owned())));
            authors.push(author);
        }
        let message = format!("Configuration of {organisation}{words}\n\n{}", lines.join("\n"));
        git::commit(to, message.trim_end(), &paths, git::only_author(&authors)).map(Some)
    }

    fn told(self, to: &Path, facts: serde_json::Value, words: String) -> Result<Exit, AppError> {
        let output = self.session.output;
        let missing: Vec<_> = self
            .missing
            .iter()
            .map(|(type_key, name, code)| json!({ "type": type_key, "name": name, "code": code }))
            .collect();
        let mut document = json!({ "to": to.display().to_string(), "objects": self.written, "missing": missing });
        if let (Some(document), Some(facts)) = (document.as_object_mut(), facts.as_object()) {
            document.extend(facts.clone());
        }
        output.document(&document);
        for (type_key, name, code) in &self.missing {
            output.line(format!("  not exported: {type_key} “{name}” [{code}]"));
        }
        output.line(format!("{} written to {}{words}", verify::objects(self.written), to.display()));
        Ok(if self.missing.is_empty() { Exit::Success } else { Exit::Partial })
    }
}
