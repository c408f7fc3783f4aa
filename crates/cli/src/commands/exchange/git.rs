//! One commit for each export that changed something, by the program `git`: it knows the repository's own settings and hooks.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use model::AppError;
use model::change::{Author, AuthorKind};

/// Who writes commits, and whose change it is when that is not known or was more than one person's.
const OURS: (&str, &str) = ("TenantAtlas", "tenantatlas@localhost");

/// Makes the folder a repository, unless it is in one.
pub(super) fn prepare(folder: &Path) -> Result<(), AppError> {
    let inside = git(folder, &["rev-parse", "--is-inside-work-tree"], &[])?;
    if inside.is_some() {
        return Ok(());
    }
    git(folder, &["init", "--quiet"], &[])?.map(drop).ok_or_else(|| refused("git could not make a repository here"))
}

/// Which of these files are not committed as they are: also those that an export has left which could not commit them.
pub(super) fn uncommitted(folder: &Path, ours: &BTreeSet<String>) -> Result<Vec<String>, AppError> {
    let unknown = || refused("git could not tell what has changed");
    let prefix = git(folder, &["rev-parse", "--show-prefix"], &[])?.ok_or_else(unknown)?;
    let prefix = prefix.trim_end_matches('\n');
    let status = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", "."];
    let status = git(folder, &status, &[])?.ok_or_else(unknown)?;
    let paths = status.split('\0').filter_map(|line| line.get(3..)?.strip_prefix(prefix));
    Ok(paths.filter(|path| ours.contains(*path)).map(str::to_owned).collect())
}

/// Commits exactly these files, whatever else is going on in the repository. Gives the commit's hash.
pub(super) fn commit(
    folder: &Path,
    message: &str,
    paths: &[String],
    author: Option<&Author>,
) -> Result<String, AppError> {
    let paths: Vec<u8> = paths.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
    let listed = ["--pathspec-from-file=-", "--pathspec-file-nul"];
    let add = [&["-c", "core.autocrlf=false", "add", "--all"][..], &listed].concat();
    fed(folder, &add, &[], &paths)?.ok_or_else(|| refused("git could not take the files"))?;
    let (name, email) = signature(author);
    let mut environment = vec![
        ("GIT_AUTHOR_NAME", name),
        ("GIT_AUTHOR_EMAIL", email),
        ("GIT_COMMITTER_NAME", OURS.0.to_owned()),
        ("GIT_COMMITTER_EMAIL", OURS.1.to_owned()),
    ];
    if let Some(author) = author {
        environment.push(("GIT_AUTHOR_DATE", format!("@{} +0000", author.at / 1000)));
    }
    let commit = [&["-c", "core.autocrlf=false", "commit", "--quiet", "--only", "-m", message][..], &listed].concat();
    fed(folder, &commit, &environment, &paths)?.ok_or_else(|| refused("git did not make a commit"))?;
    let hash = git(folder, &["rev-parse", "HEAD"], &[])?.unwrap_or_default();
    Ok(hash.trim().to_owned())
}

/// The author of all changes, when it is known of each and the same; the latest of them says when.
pub(super) fn only_author(authors: &[Option<Author>]) -> Option<&Author> {
    let known: Vec<&Author> = authors.iter().flatten().filter(|one| one.kind != AuthorKind::Unknown).collect();
    let who: BTreeSet<(&Option<String>, &Option<String>)> = known.iter().map(|one| (&one.name, &one.id)).collect();
    let is_one = known.len() == authors.len() && who.len() == 1;
    known.into_iter().filter(|_| is_one).max_by_key(|one| one.at)
}

fn signature(author: Option<&Author>) -> (String, String) {
    let Some(author) = author else { return (OURS.0.to_owned(), OURS.1.to_owned()) };
    let plain =
        |text: &str| text.chars().filter(|one| !one.is_control() && !matches!(one, '<' | '>')).collect::<String>();
    let name = author.name.as_deref().or(author.id.as_deref()).map(plain).unwrap_or_default();
    let email = if name.contains('@') { name.clone() } else { plain(author.id.as_deref().unwrap_or("unknown")) };
    (name, email)
}

/// What git answers; nothing when it fails. Its own words are not shown: they may hold names of others.
fn git(folder: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Result<Option<String>, AppError> {
    fed(folder, arguments, environment, &[])
}

fn fed(
    folder: &Path,
    arguments: &[&str],
    environment: &[(&str, String)],
    input: &[u8],
) -> Result<Option<String>, AppError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).env("GIT_TERMINAL_PROMPT", "0").envs(environment.iter().cloned());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| no_git().caused_by(error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read all of it has failed, which its status says.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(AppError::internal)?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn no_git() -> AppError {
    AppError::conflict("git.not_found", "The program git cannot be started")
        .hint("Install git, or export without --git")
}

fn refused(what: &str) -> AppError {
    AppError::conflict("git.refused", what).hint("Run git status in the folder; the files are written there")
}
