//! A queue for processes that wait for the write lock.
//!
//! The kernel wakes the process that has waited longest for a file lock, but by
//! the time that it runs, one that has only just come may have the lock, and then
//! all that wait are woken and line up anew: some wait ten times as long as others.
//!
//! Here every process takes a place, the one after the last that is taken, and
//! enters when the process before it has entered and the one [`WINDOW`] places
//! before it is gone. Only those who have entered ask for the lock. A place is two
//! bytes of the lock's file, which the process holds: one until it has entered, one
//! until it is gone. Only one process waits for each, so only one is woken. The
//! kernel releases them, however a process ends.
//!
//! This is only about the order. Who may write is decided by the lock itself.

use std::fs::File;

use nix::libc::off_t;

/// So many processes may ask for the lock: the one that has it, and those that
/// come next. With one at a time, nobody would work until the next one is
/// scheduled; with many, the order is lost again.
const WINDOW: off_t = 4;

/// A process's place, held until the lock's file is closed. `None` where the file
/// system has no locks of bytes: then everybody enters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(Option<off_t>);

/// Takes the next place.
pub(crate) fn take_place(file: &File) -> Place {
    Place(bytes::take_next(file).ok())
}

impl Place {
    /// Enters if it is this process's turn. Never waits.
    pub(crate) fn try_enter(self, file: &File) -> bool {
        let Some(place) = self.0 else {
            return true;
        };
        let may = bytes::has_entered(file, place - 1) && bytes::is_gone(file, place - WINDOW);
        if may {
            bytes::enter(file, place);
        }
        may
    }

    /// Waits for the turn and enters.
    pub(crate) fn enter(self, file: &File) {
        if let Some(place) = self.0 {
            bytes::wait_entered(file, place - 1);
            bytes::wait_gone(file, place - WINDOW);
            bytes::enter(file, place);
        }
    }
}

#[cfg(target_os = "linux")]
mod bytes {
    use std::fs::File;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc::{self, off_t};

    /// The byte that is held while a place is chosen.
    const DOOR: off_t = 0;
    /// The first byte of place 0. A place's first byte is held until its process is
    /// gone, its second until the process has entered.
    const FIRST: off_t = 2;
    const BYTES: off_t = 2;

    fn first_of(place: off_t) -> off_t {
        FIRST + place * BYTES
    }

    fn second_of(place: off_t) -> off_t {
        first_of(place) + 1
    }

    /// A lock of `len` bytes (0: of all that follow) that belongs to the open file.
    fn lock_of(kind: i32, start: off_t, len: off_t) -> libc::flock {
        // C declares the constants with a wider type than the fields.
        libc::flock {
            l_type: i16::try_from(kind).unwrap_or_default(),
            l_whence: i16::try_from(libc::SEEK_SET).unwrap_or_default(),
            l_start: start,
            l_len: len,
            l_pid: 0,
        }
    }

    /// Locks or unlocks, and waits where another process has these bytes.
    fn set(file: &File, kind: i32, start: off_t, len: off_t) -> nix::Result<()> {
        loop {
            match fcntl(file, FcntlArg::F_OFD_SETLKW(&lock_of(kind, start, len))) {
                Err(Errno::EINTR) => {}
                other => return other.map(drop),
            }
        }
    }

    /// The first lock found that another process has from `start` on.
    fn held(file: &File, start: off_t, len: off_t) -> nix::Result<Option<libc::flock>> {
        let mut found = lock_of(libc::F_WRLCK, start, len);
        fcntl(file, FcntlArg::F_OFD_GETLK(&mut found))?;
        Ok((i32::from(found.l_type) != libc::F_UNLCK).then_some(found))
    }

    /// Takes the place after the last one that is taken, and returns its number.
    pub(super) fn take_next(file: &File) -> nix::Result<off_t> {
        set(file, libc::F_WRLCK, DOOR, 1)?;
        let taken = next(file)
            .and_then(|place| set(file, libc::F_WRLCK, first_of(place), BYTES).map(|()| place));
        set(file, libc::F_UNLCK, DOOR, 1)?;
        taken
    }

    fn next(file: &File) -> nix::Result<off_t> {
        let mut place = 0;
        while let Some(found) = held(file, first_of(place), 0)? {
            place = (found.l_start - FIRST) / BYTES + 1;
        }
        Ok(place)
    }

    fn is_free(file: &File, byte: off_t) -> bool {
        held(file, byte, 1).map_or(true, |found| found.is_none())
    }

    fn wait_free(file: &File, byte: off_t) {
        // A failure only costs the order.
        let _ = set(file, libc::F_WRLCK, byte, 1).and_then(|()| set(file, libc::F_UNLCK, byte, 1));
    }

    pub(super) fn has_entered(file: &File, place: off_t) -> bool {
        place < 0 || is_free(file, second_of(place))
    }

    pub(super) fn wait_entered(file: &File, place: off_t) {
        if place >= 0 {
            wait_free(file, second_of(place));
        }
    }

    pub(super) fn is_gone(file: &File, place: off_t) -> bool {
        place < 0 || is_free(file, first_of(place))
    }

    pub(super) fn wait_gone(file: &File, place: off_t) {
        if place >= 0 {
            wait_free(file, first_of(place));
        }
    }

    pub(super) fn enter(file: &File, place: off_t) {
        let _ = set(file, libc::F_UNLCK, second_of(place), 1);
    }
}

#[cfg(not(target_os = "linux"))]
mod bytes {
    use std::fs::File;
    use std::io;

    use nix::libc::off_t;

    pub(super) fn take_next(_: &File) -> io::Result<off_t> {
        Err(io::ErrorKind::Unsupported.into())
    }
    pub(super) fn has_entered(_: &File, _: off_t) -> bool {
        true
    }
    pub(super) fn wait_entered(_: &File, _: off_t) {}
    pub(super) fn is_gone(_: &File, _: off_t) -> bool {
        true
    }
    pub(super) fn wait_gone(_: &File, _: off_t) {}
    pub(super) fn enter(_: &File, _: off_t) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// An open file is to the kernel what a process is.
    fn open(dir: &tempfile::TempDir) -> File {
        File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.path().join("lock"))
            .unwrap()
    }

    #[test]
    fn four_enter_and_the_fifth_waits() {
        let dir = tempfile::tempdir().unwrap();
        let files: Vec<File> = (0..5).map(|_| open(&dir)).collect();
        let entered = files.iter().map(|file| take_place(file).try_enter(file));
        assert_eq!(entered.collect::<Vec<_>>(), [true, true, true, true, false]);
    }

    #[test]
    fn a_waiting_process_is_woken_when_the_one_four_places_before_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let mut files: Vec<File> = (0..4).map(|_| open(&dir)).collect();
        for file in &files {
            assert!(take_place(file).try_enter(file));
        }
        let (tells, hears) = mpsc::channel();
        let last = open(&dir);
        let waiting = thread::spawn(move || {
            let place = take_place(&last);
            tells.send(place.try_enter(&last)).unwrap();
            place.enter(&last);
            tells.send(true).unwrap();
        });
        assert_eq!(hears.recv(), Ok(false));
        // That others are gone is not what it waits for.
        files.truncate(1);
        assert!(hears.recv_timeout(Duration::from_millis(100)).is_err());
        files.clear();
        assert_eq!(hears.recv_timeout(Duration::from_secs(20)), Ok(true));
        waiting.join().unwrap();
    }

    proptest! {
        /// In whatever order processes come, ask and go: they enter in the order of
        /// coming, never more than four at once, and the first one always may.
        #[test]
        fn processes_enter_in_the_order_of_coming(
            acts in prop::collection::vec((0..3_u8, any::<prop::sample::Index>()), 1..80),
        ) {
            let dir = tempfile::tempdir().unwrap();
            // Who has come and is not gone, and whether they have entered.
            let mut present: Vec<(File, Place, bool)> = Vec::new();
            for (act, who) in acts {
                let inside = present.iter().filter(|(_, _, entered)| *entered).count();
                match act {
                    1 if !present.is_empty() => {
                        let at = who.index(present.len());
                        let (file, place, entered) = &mut present[at];
                        if !*entered {
                            *entered = place.try_enter(file);
                            prop_assert!(*entered || at > 0);
                        }
                    }
                    2 if inside > 0 => {
                        present.remove(who.index(inside));
                    }
                    _ => {
                        let file = open(&dir);
                        let place = take_place(&file);
                        present.push((file, place, false));
                    }
                }
                let entered = present.iter().map(|(_, _, entered)| *entered);
                prop_assert!(entered.is_sorted_by(|before, after| before >= after));
                let places: Vec<off_t> = present.iter().filter_map(|(_, place, _)| place.0).collect();
                prop_assert!(places.is_sorted_by(|before, after| before < after));
                for (at, (_, _, entered)) in present.iter().enumerate() {
                    prop_assert!(!entered || places[at] < places[0] + WINDOW);
                }
            }
        }
    }
}
