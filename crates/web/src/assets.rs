//! Style sheet, scripts, icons and fonts, embedded in the binary and served under one content hash.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// One hash over all names and contents: a new build moves every address at once, and the style sheet can name its
/// fonts relative to itself.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..8])
});

/// The address of an asset, `/assets/<content hash>/<name>`; `name` is relative to `crates/web/assets`.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// `GET /assets/{version}/{*name}`. Needs no sign-in: nothing in here is anybody's data.
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    let (Some(file), Some(kind)) = (Files::get(&name), content_type(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page that was open during an upgrade still asks with the old hash: it gets the new file, but must not keep it.
    let cache = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, file.data.into_owned()).into_response()
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "txt" => Some("text/plain; charset=utf-8"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(version: &str, name: &str) -> Response {
        serve(Path((version.to_owned(), name.to_owned()))).await
    }

    #[tokio::test]
    async fn the_current_address_is_kept_for_ever_and_an_old_one_never() {
        let current = ask(&VERSION, "app.css").await;
        assert_eq!(current.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(current.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        let old = ask("0000000000000000", "app.css").await;
        assert_eq!(old.status(), StatusCode::OK);
        assert_eq!(old.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn every_embedded_file_has_a_content_type_and_no_other_name_is_served() {
        for name in Files::iter() {
            assert!(content_type(&name).is_some(), "{name} would be served without a type");
        }
        assert_eq!(ask(&VERSION, "vendor/nothing.svg").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(ask(&VERSION, "../Cargo.toml").await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_sprite_holds_exactly_the_listed_icons() {
        let sprite = Files::get("vendor/icons.svg").expect("the sprite is embedded");
        let sprite = String::from_utf8_lossy(&sprite.data).into_owned();
        for name in crate::kit::icon::names() {
            assert!(sprite.contains(&format!("<symbol id=\"{name}\"")), "{name} is missing: run scripts/vendor-assets");
        }
        assert_eq!(sprite.matches("<symbol ").count(), crate::kit::icon::names().count());
    }

    #[test]
    fn the_style_sheet_fetches_only_from_its_own_folder() {
        let style = Files::get("app.css").expect("the style sheet is embedded");
        let style = String::from_utf8_lossy(&style.data).into_owned();
        for reference in style.split("url(").skip(1) {
            let name = reference.trim_start_matches('"').split('"').next().unwrap_or_default();
            assert!(Files::get(name.trim_start_matches("./")).is_some(), "{name} is not embedded");
        }
    }
}
