//! Files of a folder, and the objects in them.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

/// A file's path relative to the folder, and its bytes or why there are none.
type File = (String, Result<Vec<u8>, String>);

/// Every `*.json` below the folder, sorted by path.
pub(super) fn files(folder: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    walk(folder, "", &mut files)?;
    files.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let relative = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{relative}/"), files)?;
        } else if relative.to_lowercase().ends_with(".json") {
            files.push((relative, fs::read(&path).map_err(|error| format!("it cannot be read: {error}"))));
        }
    }
    Ok(())
}

/// The objects of a text: itself, the elements of a list, or those of a page of Graph's.
pub(super) fn objects(text: &str) -> Result<Vec<Value>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("it is not JSON: line {} column {}", error.line(), error.column()))?;
    match value {
        Value::Array(all) => Ok(all),
        Value::Object(mut object) => match object.remove("value") {
            Some(Value::Array(mut all)) => {
                // What the page says about its objects holds for each of them.
                if let Some(context) = object.get("@odata.context") {
                    for one in all.iter_mut().filter_map(Value::as_object_mut) {
                        one.entry("@odata.context").or_insert_with(|| context.clone());
                    }
                }
                Ok(all)
            }
            Some(other) => {
                object.insert("value".to_owned(), other);
                Ok(vec![Value::Object(object)])
            }
            None => Ok(vec![Value::Object(object)]),
        },
        _ => Err("it holds neither an object nor a list".to_owned()),
    }
}
