//! Tells Tauri which commands there are, so that the capability can grant them one by one.

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let built = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest));
    if let Err(e) = built {
        println!("cargo::error=tauri-build: {e:#}");
    }
}

include!("commands.in");
