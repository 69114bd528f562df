use std::io::Read as _;

use super::*;

/// Text that compresses badly.
fn noise(bytes: u32) -> String {
    let hash = |n: u32| u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hashes: Vec<_> = (0..bytes / 16)
        .map(|n| format!("{:016x}", hash(n)))
        .collect();
    hashes.concat()
}

fn fill<W: Write>(zip: &mut Zip<W>, text: &str) -> io::Result<()> {
    zip.add("empty", "")?;
    zip.begin("dir/whole")?;
    for piece in text.as_bytes().chunks(1000) {
        zip.write(piece)?;
    }
    zip.end()?;
    zip.add("last", "last")
}

fn written(limit: Option<u64>, text: &str) -> Vec<u8> {
    let mut zip = Zip::new(Vec::new());
    zip.limit = limit.unwrap_or(zip.limit);
    fill(&mut zip, text).unwrap();
    zip.finish().unwrap()
}

fn read(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
    let mut part = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        (file.name().unwrap().into_owned(), text)
    };
    (0..3).map(&mut part).collect()
}

/// Another library reads the files, with 32-bit and with 64-bit numbers.
#[test]
fn parts_are_read_as_they_were_written() {
    for size in [0, 16, 2_000_000] {
        let text = noise(size);
        let expected = [("empty", ""), ("dir/whole", &text), ("last", "last")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()));
        for limit in [None, Some(1000), Some(0)] {
            assert!(read(&written(limit, &text)) == expected, "{size} {limit:?}");
        }
    }
}

#[test]
fn data_is_written_in_pieces() {
    let mut zip = Zip::new(Vec::new());
    zip.begin("part").unwrap();
    for piece in noise(2_000_000).as_bytes().chunks(1000) {
        zip.write(piece).unwrap();
    }
    assert!(zip.inner_mut().len() > 500_000);
    assert_eq!(zip.packed.capacity(), BUFFER);
}

#[test]
fn a_full_disk_is_an_error() {
    let text = noise(200_000);
    let whole = written(None, &text).len();
    for room in (0..whole).step_by(whole / 30).chain([whole - 1]) {
        let mut disk = vec![0; room];
        let mut zip = Zip::new(&mut disk[..]);
        let failed = fill(&mut zip, &text).and_then(|()| zip.finish().map(|_| ()));
        let kind = failed.map_err(|error| error.kind());
        assert_eq!(kind, Err(io::ErrorKind::WriteZero), "{room}");
    }
}
