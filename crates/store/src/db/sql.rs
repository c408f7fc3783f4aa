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
const TOKENS: [(&str, &str, &str); 7] = [
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
    ("least(", "min(", "least("),
    // SQLite asks for the value of a bare argument when it compiles a limit, and compiles again for each new value.
    (" limit $", " limit +$", " limit $"),
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
    /// One kind of value many times; only PostgreSQL is given it, as an array.
    Column(Vec<Arg>),
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
pub(crate) enum Statement {
    /// Text with `$1`, `$2`, …
    Fixed(&'static Text, Vec<Arg>),
    /// Put together by a [`Builder`].
    Built(Vec<Piece>),
}

impl Statement {
    /// Text and arguments as this engine wants them.
    pub(super) fn for_engine(self, engine: Engine) -> (Cow<'static, str>, Vec<Arg>) {
        match self {
            Self::Fixed(text, args) => (Cow::Borrowed(text.for_engine(engine)), args),
            Self::Built(pieces) => {
                let mut rendered = Rendered { engine, text: String::new(), args: Vec::new() };
                pieces.into_iter().for_each(|piece| rendered.add(piece));
                (Cow::Owned(rendered.text), rendered.args)
            }
        }
    }
}

/// `sql!("literal with $1", arguments…)`: a [`Statement`].
macro_rules! sql {
    ($text:literal $(, $arg:expr)* $(,)?) => {{
        static TEXT: $crate::db::sql::Text = $crate::db::sql::Text::new($text);
        $crate::db::sql::Statement::Fixed(&TEXT, vec![$($crate::db::sql::Arg::from($arg)),*])
    }};
}
pub(crate) use sql;

/// A list of more texts is one argument for SQLite, too, which takes 32,766 at most.
const LIST_MAX: usize = 1_000;

/// Puts a statement together from literal pieces: `{}` stands for the next placeholder.
#[derive(Default)]
pub(crate) struct Builder(Vec<Piece>);

/// A piece of a built statement.
#[derive(Clone)]
pub(crate) enum Piece {
    Text(&'static str),
    Arg(Arg),
    /// Behind a column: that it is, or is not, one of these.
    Among(bool, Vec<Arg>),
    Rows(Vec<Vec<Arg>>),
}

impl Builder {
    pub(crate) fn new(text: &'static str) -> Self {
        Self(vec![Piece::Text(text)])
    }

    /// Adds text as it is. Only literals of this crate are passed here, never input.
    pub(crate) fn text(&mut self, text: &'static str) -> &mut Self {
        self.0.push(Piece::Text(text));
        self
    }

    /// Adds a literal in which each `{}` is one of the arguments.
    pub(crate) fn with(&mut self, text: &'static str, args: impl IntoIterator<Item = Arg>) -> &mut Self {
        let mut args = args.into_iter();
        let mut pieces = text.split("{}");
        self.text(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.0.push(Piece::Arg(args.next().expect("one argument for each {}")));
            self.text(piece);
        }
        debug_assert!(args.next().is_none(), "more arguments than {{}} in {text}");
        self
    }

    /// Behind a column: it is one of these. An empty list matches nothing.
    pub(crate) fn one_of(&mut self, args: impl IntoIterator<Item = Arg>) -> &mut Self {
        self.0.push(Piece::Among(true, args.into_iter().collect()));
        self
    }

    /// Behind a column: it is none of these, of which there must be one.
    pub(crate) fn none_of(&mut self, args: impl IntoIterator<Item = Arg>) -> &mut Self {
        self.0.push(Piece::Among(false, args.into_iter().collect()));
        self
    }

    /// Adds rows of one shape, as the source of an insert or as a table with the columns `column1`, `column2`, …
    pub(crate) fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Arg>>) -> &mut Self {
        self.0.push(Piece::Rows(rows.into_iter().collect()));
        self
    }

    pub(crate) fn statement(self) -> Statement {
        Statement::Built(self.0)
    }
}

/// SQLite gets a `?` for each value: a named placeholder is looked up among all before it, which would cost the square
/// of their number. PostgreSQL gets lists and rows as one array a column: then a statement has one text however many
/// rows it takes, is prepared once, and binds a few arguments instead of thousands.
struct Rendered {
    engine: Engine,
    text: String,
    args: Vec<Arg>,
}

impl Rendered {
    fn add(&mut self, piece: Piece) {
        match (piece, self.engine) {
            (Piece::Text(text), engine) => self.text.push_str(&render(text, engine)),
            (Piece::Arg(arg), _) => self.bind(arg),
            // An array without a value has no kind.
            (Piece::Among(is, args), Engine::Sqlite) if args.len() > LIST_MAX && texts(&args).is_some() => {
                self.text.push_str(if is { " in " } else { " not in " });
                self.text.push_str("(select value from json_each(");
                let texts = serde_json::to_string(&texts(&args)).expect("texts are plain data");
                self.bind(texts.into());
                self.text.push_str("))");
            }
            (Piece::Among(is, args), engine) if engine == Engine::Sqlite || args.is_empty() => {
                self.text.push_str(if is { " in " } else { " not in " });
                self.list(args);
            }
            (Piece::Among(is, args), _) => {
                self.text.push_str(if is { " = any(" } else { " <> all(" });
                self.bind(Arg::Column(args));
                self.text.push(')');
            }
            (Piece::Rows(rows), Engine::Sqlite) => {
                self.text.push_str("values ");
                for (index, row) in rows.into_iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    self.list(row);
                }
            }
            (Piece::Rows(rows), Engine::Postgres) => self.unnest(columns(rows)),
        }
    }

    /// Adds `(?,?,…)`; an empty list matches nothing.
    fn list(&mut self, args: Vec<Arg>) {
        self.text.push('(');
        if args.is_empty() {
            self.text.push_str("null");
        }
        for (index, arg) in args.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.bind(arg);
        }
        self.text.push(')');
    }

    /// Adds `select * from unnest($1, …) as rows (column1, …)`.
    fn unnest(&mut self, columns: Vec<Vec<Arg>>) {
        use std::fmt::Write as _;
        let names: Vec<_> = (1..=columns.len()).map(|number| format!("column{number}")).collect();
        self.text.push_str("select * from unnest(");
        for (index, column) in columns.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.bind(Arg::Column(column));
        }
        write!(self.text, ") as rows ({})", names.join(",")).expect("writing to a string works");
    }

    fn bind(&mut self, arg: Arg) {
        use std::fmt::Write as _;
        self.args.push(arg);
        match self.engine {
            Engine::Sqlite if self.text.ends_with(" limit ") => self.text.push_str("+?"),
            Engine::Sqlite => self.text.push('?'),
            Engine::Postgres => write!(self.text, "${}", self.args.len()).expect("writing to a string works"),
        }
    }
}

/// The values, when all of them are texts.
fn texts(args: &[Arg]) -> Option<Vec<&str>> {
    args.iter().map(|arg| if let Arg::Text(Some(text)) = arg { Some(text.as_str()) } else { None }).collect()
}

/// Rows as columns.
fn columns(rows: Vec<Vec<Arg>>) -> Vec<Vec<Arg>> {
    let mut columns: Vec<Vec<Arg>> = Vec::new();
    let count = rows.len();
    columns.resize_with(rows.first().map_or(0, Vec::len), || Vec::with_capacity(count));
    for row in rows {
        debug_assert_eq!(row.len(), columns.len(), "all rows have one shape");
        columns.iter_mut().zip(row).for_each(|(column, arg)| column.push(arg));
    }
    columns
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
    fn a_built_statement_is_one_text_for_postgresql_however_many_rows_it_takes() {
        let built = |rows: i64| {
            let mut query = Builder::new("insert into t (a, b) ");
            query.rows((0..rows).map(|row| vec![row.into(), "x".into()]));
            query.with(" where b = {} and c", [1_i64.into()]).one_of([2_i64.into(), 3_i64.into()]);
            query.statement()
        };
        for rows in [1, 2] {
            let (text, args) = built(rows).for_engine(Engine::Postgres);
            let unnest = "select * from unnest($1,$2) as rows (column1,column2)";
            assert_eq!(text, format!("insert into t (a, b) {unnest} where b = $3 and c = any($4)"));
            assert_eq!(args.len(), 4);
        }
        let (text, args) = built(2).for_engine(Engine::Sqlite);
        assert_eq!(
            (text.as_ref(), args.len()),
            ("insert into t (a, b) values (?,?),(?,?) where b = ? and c in (?,?)", 7)
        );
    }

    #[test]
    fn a_limit_is_no_bare_argument_for_sqlite() {
        let built = || {
            let mut query = Builder::new("select 1");
            query.with(" limit {}", [1_i64.into()]);
            query.statement()
        };
        let fixed = || sql!("select 1 limit $1", 1_i64);
        assert_eq!(built().for_engine(Engine::Sqlite).0, "select 1 limit +?");
        assert_eq!(fixed().for_engine(Engine::Sqlite).0, "select 1 limit +$1");
        assert_eq!(built().for_engine(Engine::Postgres).0, fixed().for_engine(Engine::Postgres).0);
    }

    #[test]
    fn a_long_list_of_texts_is_one_argument_for_sqlite_too() {
        let mut query = Builder::new("select 1 where c");
        query.one_of((0..40_000).map(|number| format!("{number}").into()));
        let (text, args) = query.statement().for_engine(Engine::Sqlite);
        assert_eq!((text.as_ref(), args.len()), ("select 1 where c in (select value from json_each(?))", 1));
    }

    #[test]
    fn an_empty_list_matches_nothing() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let mut query = Builder::new("select 1 where c");
            query.one_of([]);
            assert_eq!(query.statement().for_engine(engine).0, "select 1 where c in (null)");
        }
    }
}
