//! One statement, written once, for two engines.
//!
//! `sql!("… $1 …", value)` is a statement with its arguments. Few things are said differently by the engines; they
//! are written as the tokens of [`TOKENS`] and replaced once per call site.

use std::borrow::Cow;
use std::sync::OnceLock;

use model::ids::Id;
use uuid::Uuid;

use super::Engine;

/// Token, SQLite's way, PostgreSQL's way.
const TOKENS: [(&str, &str, &str); 5] = [
    // The database's clock, in milliseconds: leases and times are never judged by a worker's own clock.
    (
        "now_ms()",
        "cast(unixepoch('subsec') * 1000 as integer)",
        "(extract(epoch from clock_timestamp()) * 1000)::bigint",
    ),
    // SQLite has one writer at a time, so a write transaction that reads has locked already.
    ("for_update()", "", "for update"),
    ("skip_locked()", "", "for update skip locked"),
    // SQLite's LIKE already ignores the case of ASCII letters.
    (" ilike ", " like ", " ilike "),
    ("greatest(", "max(", "greatest("),
];

/// The text of a statement, rendered once per engine.
pub(crate) struct Text {
    source: &'static str,
    rendered: [OnceLock<String>; 2],
}

impl Text {
    pub(crate) const fn new(source: &'static str) -> Self {
        Self { source, rendered: [const { OnceLock::new() }; 2] }
    }

    fn for_engine(&'static self, engine: Engine) -> &'static str {
        self.rendered[engine as usize].get_or_init(|| render(self.source, engine))
    }
}

fn render(source: &str, engine: Engine) -> String {
    TOKENS.iter().fold(source.to_owned(), |text, (token, sqlite, postgres)| {
        text.replace(
            token,
            match engine {
                Engine::Sqlite => sqlite,
                Engine::Postgres => postgres,
            },
        )
    })
}

/// One bound value; absent ones keep their type, because PostgreSQL wants to know it.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
    Flag(bool),
}

macro_rules! args {
    ($($from:ty => |$value:ident| $arg:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self { $arg }
        }
    )*};
}
args! {
    i64 => |value| Arg::Int(Some(value));
    i32 => |value| Arg::Int(Some(value.into()));
    u64 => |value| Arg::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)));
    usize => |value| Arg::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)));
    Option<i64> => |value| Arg::Int(value);
    bool => |value| Arg::Flag(value);
    &str => |value| Arg::Text(Some(value.to_owned()));
    &String => |value| Arg::Text(Some(value.clone()));
    String => |value| Arg::Text(Some(value));
    Option<&str> => |value| Arg::Text(value.map(str::to_owned));
    Option<String> => |value| Arg::Text(value);
    &[u8] => |value| Arg::Bytes(Some(value.to_vec()));
    &[u8; 32] => |value| Arg::Bytes(Some(value.to_vec()));
    Vec<u8> => |value| Arg::Bytes(Some(value));
    Option<Vec<u8>> => |value| Arg::Bytes(value);
    Uuid => |value| Arg::Id(Some(value));
}

impl<I: Id> From<Wrapped<I>> for Arg {
    fn from(id: Wrapped<I>) -> Self {
        Arg::Id(Some(id.0.uuid()))
    }
}

/// Lets any typed id be bound; made by [`id`].
pub(crate) struct Wrapped<I>(I);

/// Binds a typed id.
pub(crate) fn id<I: Id>(id: I) -> Wrapped<I> {
    Wrapped(id)
}

/// Binds a typed id that may be absent.
pub(crate) fn optional_id<I: Id>(id: Option<I>) -> Arg {
    Arg::Id(id.map(Id::uuid))
}

/// A statement with its arguments.
pub(crate) struct Statement {
    text: StatementText,
    pub(super) args: Vec<Arg>,
}

enum StatementText {
    Fixed(&'static Text),
    Built(String),
}

impl Statement {
    pub(crate) fn fixed(text: &'static Text, args: Vec<Arg>) -> Self {
        Self { text: StatementText::Fixed(text), args }
    }

    /// From text that this crate put together out of literals and placeholders.
    pub(crate) fn built(text: String, args: Vec<Arg>) -> Self {
        Self { text: StatementText::Built(text), args }
    }

    pub(super) fn text(&self, engine: Engine) -> Cow<'static, str> {
        match &self.text {
            StatementText::Fixed(text) => Cow::Borrowed(text.for_engine(engine)),
            StatementText::Built(text) if engine == Engine::Sqlite => Cow::Owned(anonymous(&render(text, engine))),
            StatementText::Built(text) => Cow::Owned(render(text, engine)),
        }
    }
}

/// `$1`, `$2`, … as `?`. A builder numbers its placeholders in their order and uses each once, and SQLite looks a
/// named one up among all before it: thousands of rows in one statement would cost their square.
fn anonymous(text: &str) -> String {
    let mut pieces = text.split('$');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push('?');
        plain.push_str(piece.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    plain
}

/// `sql!("literal with $1", arguments…)`: a [`Statement`].
macro_rules! sql {
    ($text:literal $(, $arg:expr)* $(,)?) => {{
        static TEXT: $crate::db::sql::Text = $crate::db::sql::Text::new($text);
        $crate::db::sql::Statement::fixed(&TEXT, vec![$($crate::db::sql::Arg::from($arg)),*])
    }};
}
pub(crate) use sql;

/// Puts a statement together from literal pieces: `{}` stands for the next placeholder.
#[derive(Default)]
pub(crate) struct Builder {
    text: String,
    args: Vec<Arg>,
}

impl Builder {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), args: Vec::new() }
    }

    /// Adds text as it is. Only literals of this crate are passed here, never input.
    pub(crate) fn text(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a literal in which each `{}` is one of the arguments.
    pub(crate) fn with(&mut self, text: &'static str, args: impl IntoIterator<Item = Arg>) -> &mut Self {
        let mut args = args.into_iter();
        let mut pieces = text.split("{}");
        self.text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.bind(args.next().expect("one argument for each {}"));
            self.text.push_str(piece);
        }
        debug_assert!(args.next().is_none(), "more arguments than {{}} in {text}");
        self
    }

    /// Adds `(v, v, …)`; an empty list matches nothing.
    pub(crate) fn list(&mut self, args: impl IntoIterator<Item = Arg>) -> &mut Self {
        self.text.push('(');
        let mut first = true;
        for arg in args {
            if !std::mem::take(&mut first) {
                self.text.push(',');
            }
            self.bind(arg);
        }
        if first {
            self.text.push_str("null");
        }
        self.text.push(')');
        self
    }

    /// Adds `values (…), (…)`.
    pub(crate) fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Arg>>) -> &mut Self {
        self.text.push_str("values ");
        for (index, row) in rows.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.list(row);
        }
        self
    }

    fn bind(&mut self, arg: Arg) {
        use std::fmt::Write as _;
        self.args.push(arg);
        write!(self.text, "${}", self.args.len()).expect("writing to a string works");
    }

    pub(crate) fn statement(self) -> Statement {
        Statement::built(self.text, self.args)
    }
}

/// The text as a pattern of LIKE that finds it anywhere; its own wildcards are taken literally with `escape '\'`.
pub(crate) fn anywhere(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::{Builder, Engine};

    #[test]
    fn a_built_statement_numbers_its_placeholders_for_postgresql_and_not_for_sqlite() {
        let mut query = Builder::new("select a from t where ");
        query.with("b = {} and c in ", [1_i64.into()]).list([2_i64.into(), 3_i64.into()]);
        let statement = query.statement();
        assert_eq!(statement.text(Engine::Postgres), "select a from t where b = $1 and c in ($2,$3)");
        assert_eq!(statement.text(Engine::Sqlite), "select a from t where b = ? and c in (?,?)");
    }
}
