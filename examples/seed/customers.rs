//! Fictional customers, generated from the seed and their ids.

use super::sources::{mix, pick};

const FIRST: &[&str] = &[
    "Veronica", "Jane", "Jörg", "Zoë", "Taro", "Anthony", "Lori", "Charles", "Julie", "David",
    "María", "José", "Chloé", "Łukasz", "Siobhán", "Nguyễn", "Fatima", "Mohammed", "Priya", "Wei",
    "Olena", "Ivan", "Anna", "Peter", "Sofia", "Mateo", "Emma", "Liam", "Noah", "Mia", "Amélie",
    "Björn", "Renée", "Søren", "太郎", "陽菜", "דוד", "أحمد",
];

const LAST: &[&str] = &[
    "Costello",
    "Doe",
    "Müller",
    "O'Connor",
    "Yamada",
    "Nealy",
    "Banks",
    "Alston",
    "Worrell",
    "Lamar",
    "García",
    "López",
    "Dubois",
    "Nowak",
    "Byrne",
    "Trần",
    "Haddad",
    "Khan",
    "Sharma",
    "Zhang",
    "Shevchenko",
    "Petrov",
    "Schmidt",
    "Jensen",
    "Rossi",
    "Silva",
    "de Vries",
    "Smith",
    "Johnson-Baker",
    "Kowalski",
    "Åkesson",
    "Ivanova",
    "山田",
    "佐藤",
    "כהן",
    "محمود",
];

const HOSTS: &[&str] = &[
    "example.com",
    "mail.example.org",
    "example.net",
    "post.example.de",
    "correo.example.es",
];

/// All customers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GeneratedCustomers {
    seed: u64,
    pub count: u64,
    consents: u64,
}

/// One customer.
#[derive(Debug)]
pub(crate) struct GeneratedCustomer {
    pub id: u64,
    pub email: String,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub website_id: u64,
    pub store_id: u64,
    pub confirmed: bool,
    pub consents: bool,
    /// `2025-01-14 09:12:33`, UTC.
    pub created_at: String,
}

impl GeneratedCustomers {
    pub(crate) fn new(seed: u64, count: u64, consents: u64) -> Self {
        Self {
            seed,
            count,
            consents,
        }
    }

    /// The customer with this id, from 1.
    pub(crate) fn get(&self, id: u64) -> GeneratedCustomer {
        let number = mix(self.seed, id);
        let (first_name, last_name) = (pick(FIRST, number), pick(LAST, number >> 8));
        let website_id = 1 + u64::from((number >> 20).is_multiple_of(4));
        let second = id == 1 || !(number >> 24).is_multiple_of(8);
        let store_id = match website_id {
            1 if second => 1,
            1 => 2,
            _ if second => 3,
            _ => 4,
        };
        GeneratedCustomer {
            id,
            email: email(id, number, first_name, last_name),
            first_name,
            last_name,
            website_id: if id == 1 { 1 } else { website_id },
            store_id: if id == 1 { 1 } else { store_id },
            confirmed: id == 1 || !(number >> 28).is_multiple_of(64),
            consents: self.does_consent(id),
            created_at: created_at(number),
        }
    }

    /// Consents are spread evenly, beginning with customer 1.
    /// The ids of the customers as whom agents can log in: they have given
    /// consent and confirmed their accounts.
    pub(crate) fn ids_for_login(&self) -> impl Iterator<Item = u64> {
        let open = |customer: &GeneratedCustomer| customer.consents && customer.confirmed;
        (1..=self.count).filter(move |id| open(&self.get(*id)))
    }

    fn does_consent(&self, id: u64) -> bool {
        let before = |id: u64| (id * self.consents).div_ceil(self.count.max(1));
        before(id) > before(id - 1)
    }
}

/// Mostly lower-case letters, sometimes capitals. The number makes the address
/// unique. The order of addresses differs from the order of ids.
fn email(id: u64, number: u64, first: &str, last: &str) -> String {
    let plain = |name: &str, other: &str| {
        let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        if letters.is_empty() {
            other.to_owned()
        } else {
            letters
        }
    };
    let (first, last) = (plain(first, "kim"), plain(last, "lee"));
    let host = pick(HOSTS, number >> 16);
    let name = match number >> 40 & 3 {
        0 => format!("{last}.{first}{id}"),
        1 => format!("{}{last}{id}", &first[..1]),
        2 => format!("{first}_{id}"),
        _ => format!("{first}.{last}+{id}"),
    };
    if (number >> 42).is_multiple_of(16) {
        format!("{name}@{host}")
    } else {
        format!("{}@{host}", name.to_ascii_lowercase())
    }
}

fn created_at(number: u64) -> String {
    let of = |shift: u32, count: u64| number.rotate_right(shift) % count;
    format!(
        "{}-{:02}-{:02} {:02}:{:02}:{:02}",
        2012 + of(3, 13),
        1 + of(7, 12),
        1 + of(11, 28),
        of(17, 24),
        of(23, 60),
        of(29, 60),
    )
}
