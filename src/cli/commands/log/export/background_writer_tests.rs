use std::fs;

use super::*;

/// Bytes that show where they are in the file.
fn bytes_of_length(length: usize) -> Vec<u8> {
    let numbers = (0_u32..).flat_map(u32::to_le_bytes);
    numbers.take(length).collect()
}

fn written_in_pieces(bytes: &[u8], piece: usize, file: File) -> io::Result<()> {
    let mut writer = BackgroundWriter::new(file);
    for piece in bytes.chunks(piece) {
        writer.write_all(piece)?;
    }
    writer.flush()
}

#[test]
fn it_writes_the_same_bytes_whatever_their_number() {
    let dir = tempfile::tempdir().unwrap();
    for length in [
        0,
        1,
        BUFFER_BYTES - 1,
        BUFFER_BYTES,
        BUFFER_BYTES + 1,
        5 * BUFFER_BYTES + 4097,
    ] {
        let path = dir.path().join(length.to_string());
        let bytes = bytes_of_length(length);
        written_in_pieces(&bytes, 100_003, File::create_new(&path).unwrap()).unwrap();
        assert!(fs::read(&path).unwrap() == bytes, "{length} bytes");
    }
}

/// A direct write from memory or of a length that is not a number of blocks
/// fails; then it is written as usual.
#[test]
fn what_cannot_be_written_directly_is_written_as_usual() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("unaligned");
    let file = File::create_new(&path).unwrap();
    let bytes = bytes_of_length(3 * ALIGNMENT + 5);
    let mut is_direct = set_direct(&file, true).is_ok();
    write_buffer(&file, &bytes[1..], &mut is_direct).unwrap();
    write_buffer(&file, &bytes, &mut is_direct).unwrap();
    let expected = [&bytes[1..], &bytes].concat();
    assert!(fs::read(&path).unwrap() == expected);
}

#[test]
fn an_error_of_the_disk_ends_the_writing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("read-only");
    fs::write(&path, "").unwrap();
    for length in [10, 9 * BUFFER_BYTES] {
        let file = File::open(&path).unwrap();
        let error = written_in_pieces(&bytes_of_length(length), 70_000, file).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(nix::errno::Errno::EBADF as i32));
    }
}
