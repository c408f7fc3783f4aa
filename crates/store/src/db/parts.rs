//! Long inserts in parts.

use super::sql::{Piece, Statement};

impl Statement {
    /// An insert as SQLite runs it: in parts of two sizes and what is left. Their texts are compiled once; a text for every
    /// number of rows would be compiled nearly every time, which takes half as long as to insert them.
    pub(super) fn in_parts(self) -> Vec<Self> {
        match self {
            Self::Built(pieces) => match pieces.as_slice() {
                [Piece::Text(text), Piece::Rows(_), ..] if text.starts_with("insert") => parts(pieces),
                _ => vec![Self::Built(pieces)],
            },
            fixed => vec![fixed],
        }
    }
}

/// Rows in one part, from the most. To compile some dozen rows takes no longer than to ask SQLite's thread once more, so that
/// there is no smaller size.
const PART_ROWS: [usize; 2] = [400, 100];

fn parts(pieces: Vec<Piece>) -> Vec<Statement> {
    let mut pieces = pieces.into_iter();
    let (Some(begin), Some(Piece::Rows(rows))) = (pieces.next(), pieces.next()) else { return Vec::new() };
    let (end, mut rows) = (pieces.as_slice(), rows.into_iter());
    let mut parts = Vec::new();
    while rows.len() > 0 {
        let size = PART_ROWS.into_iter().find(|size| *size <= rows.len()).unwrap_or(rows.len());
        let part = Piece::Rows(rows.by_ref().take(size).collect());
        parts.push(Statement::Built([begin.clone(), part].into_iter().chain(end.iter().cloned()).collect()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::Engine;
    use super::super::sql::{Arg, Builder};

    #[test]
    fn an_insert_has_few_texts_for_sqlite_and_each_row_once() {
        let mut texts = std::collections::BTreeSet::new();
        for rows in 0..1_200_i64 {
            let mut insert = Builder::new("insert into t (a, b) ");
            insert.rows((0..rows).map(|row| vec![row.into(), "x".into()]));
            insert.text(" on conflict do nothing");
            let parts = insert.statement().in_parts().into_iter().map(|part| part.for_engine(Engine::Sqlite));
            let mut inserted = Vec::new();
            for (text, args) in parts {
                assert!(
                    text.starts_with("insert into t (a, b) values (?,?)") && text.ends_with(") on conflict do nothing")
                );
                inserted.extend(args.into_iter().step_by(2));
                texts.insert(text.into_owned());
            }
            let inserted = inserted.into_iter().map(|arg| if let Arg::Int(row) = arg { row } else { None });
            assert!(inserted.eq((0..rows).map(Some)), "each row once, in its order");
        }
        assert_eq!(texts.len(), 101, "one of 400 rows, one of 100, and those of fewer");
    }
}
