//! Tells Tauri which commands there are, so that the capability can grant them one by one.

use std::path::{Path, PathBuf};

fn main() {
    match demo_digest() {
        Ok(digest) => println!("cargo::rustc-env=LEFTFOLD_DEMO_DIGEST={digest:016x}"),
        Err(e) => println!("cargo::error=the demo's sources cannot be read: {e}"),
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let built = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest));
    if let Err(e) = built {
        println!("cargo::error=tauri-build: {e:#}");
    }
}

/// A digest (FNV-1a) of all that makes the demo: what was made by other sources is another file.
fn demo_digest() -> std::io::Result<u64> {
    // Build scripts run in the folder of their package.
    let folder = Path::new("../crates/leftfold-demo");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=commands.in");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join("src"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.push(folder.join("Cargo.toml"));
    files.sort();
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in std::fs::read(file)? {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(digest)
}

include!("commands.in");
