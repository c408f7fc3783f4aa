//! Looks for texts that must not be stored anywhere: known secrets, and payload that must be encrypted.

use std::path::Path;

use sqlx::{AssertSqlSafe, Row};

/// The files directly in a folder that contain the text; the key file, which is the secret's own place, is left out.
pub(crate) fn in_folder(folder: &Path, text: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the test's folder is there");
    let files = entries.map(|entry| entry.expect("the folder can be listed").path());
    let files = files.filter(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "key"));
    files.filter(|path| find_in_file(path, text)).map(|path| path.display().to_string()).collect()
}

/// Whether the file's bytes contain the text.
pub fn find_in_file(path: &Path, text: &str) -> bool {
    let bytes = std::fs::read(path).expect("the file can be read");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The tables with a row that contains the text, also inside binary columns.
pub(crate) async fn in_postgres(connection: &mut sqlx::PgConnection, text: &str) -> Vec<String> {
    let tables = "select tablename::text as name from pg_tables where schemaname = current_schema()";
    let tables = sqlx::query(tables).fetch_all(&mut *connection).await.expect("the catalogue can be read");
    let hexadecimal = data_encoding::HEXLOWER.encode(text.as_bytes());
    let mut found = Vec::new();
    for table in tables {
        let name: String = table.get("name");
        // A row as text shows binary columns in hexadecimal.
        let statement = format!(
            "select count(*) as rows from {name} t where position($1 in t::text) > 0 or position($2 in t::text) > 0"
        );
        let query = sqlx::query(AssertSqlSafe(statement)).bind(text).bind(&hexadecimal);
        let rows: i64 = query.fetch_one(&mut *connection).await.expect("the table can be searched").get("rows");
        if rows > 0 {
            found.push(name);
        }
    }
    found
}
