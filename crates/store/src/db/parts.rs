//! Long inserts in parts.

use super::sql::{Piece, Statement};

impl Statement {
    /// An insert as SQLite runs it: in parts of two sizes and what is left. Their texts are compiled once; a text for every
    /// number of rows would be compiled nearly every time, which takes half as long as to insert them.
    pub(super) fn in_parts(self) -> Vec<Self> {
        let Self::Built(mut pieces) = self else { return vec![self] };
        let rows = match pieces.as_mut_slice() {
            [Piece::Text(text), Piece::Rows(rows), ..] if text.starts_with("insert") => std::mem::take(rows),
            _ => return vec![Self::Built(pieces)],
        };
        let (mut rows, mut parts) = (rows.into_iter(), Vec::new());
        while rows.len() > 0 {
            let size = PART_ROWS.into_iter().find(|size| *size <= rows.len()).unwrap_or(rows.len());
            let mut part = pieces.clone();
            part[1] = Piece::Rows(rows.by_ref().take(size).collect());
            parts.push(Self::Built(part));
        }
        parts
    }
}

/// Rows in one part, from the most. To compile some dozen rows takes no longer than to ask SQLite's thread once more, so that
/// there is no smaller size.
const PART_ROWS: [usize; 2] = [400, 100];

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
