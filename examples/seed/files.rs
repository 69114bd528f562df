//! Files in the formats that merchants export.

use std::io::{self, Read, Write};

use serde_json::json;

use super::customers::{GeneratedCustomer, GeneratedCustomers};

const PAGE: u64 = 1000;

const VIEWS: [&str; 5] = ["admin", "default", "es_us", "de", "fr"];

/// A "Customers Main File", including password hashes, which an import must
/// ignore.
pub(crate) fn write_csv(people: &GeneratedCustomers, out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"email,_website,_store,confirmation,created_at,created_in,default_billing,\
          default_shipping,disable_auto_group_change,dob,firstname,gender,group_id,lastname,\
          middlename,password_hash,prefix,rp_token,rp_token_created_at,store_id,suffix,taxvat,\
          website_id,password\n",
    )?;
    for id in 1..=people.count {
        let p = people.get(id);
        writeln!(
            out,
            "{},{},{},{},{},Admin,{id},{id},0,5/6/2010,{},Female,1,{},A.,{:064x}:RF,,,,{},,,{},",
            p.email,
            if p.website_id == 1 { "base" } else { "eu" },
            VIEWS[usize::try_from(p.store_id).unwrap_or(0)],
            if p.confirmed { "" } else { "8f1c5b0f2f4b4e1f" },
            p.created_at,
            p.first_name,
            p.last_name,
            u128::from(id) * 0x9E37_79B9_7F4A_7C15,
            p.store_id,
            p.website_id,
        )?;
    }
    Ok(())
}

/// Pages of `GET /V1/customers/search`, generated one after another on reading.
#[derive(Debug)]
pub(crate) struct RestPages<'p> {
    people: &'p GeneratedCustomers,
    next: u64,
    page: Vec<u8>,
    read: usize,
}

impl<'p> RestPages<'p> {
    pub(crate) fn new(people: &'p GeneratedCustomers) -> Self {
        Self {
            people,
            next: 1,
            page: Vec::new(),
            read: 0,
        }
    }

    fn render_next_page(&mut self) -> io::Result<()> {
        let last = (self.next + PAGE - 1).min(self.people.count);
        self.page.clear();
        self.read = 0;
        self.page.extend_from_slice(b"{\"items\":[");
        for id in self.next..=last {
            if id > self.next {
                self.page.push(b',');
            }
            serde_json::to_writer(&mut self.page, &customer_json(&self.people.get(id)))?;
        }
        let (page, total) = (self.next / PAGE + 1, self.people.count);
        writeln!(
            self.page,
            "],\"search_criteria\":{{\"filter_groups\":[],\"page_size\":{PAGE},\
             \"current_page\":{page}}},\"total_count\":{total}}}"
        )?;
        self.next = last + 1;
        Ok(())
    }
}

impl Read for RestPages<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.page.len() {
            if self.next > self.people.count && self.next > 1 {
                return Ok(0);
            }
            self.render_next_page()?;
        }
        let rest = &self.page[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        Ok(count)
    }
}

fn customer_json(p: &GeneratedCustomer) -> serde_json::Value {
    let mut item = json!({
        "id": p.id, "group_id": 1, "default_billing": "", "default_shipping": "",
        "created_at": p.created_at, "updated_at": p.created_at, "created_in": "Default Store View",
        "email": p.email, "firstname": p.first_name, "lastname": p.last_name,
        "store_id": p.store_id, "website_id": p.website_id, "addresses": [],
        "disable_auto_group_change": 0,
        "extension_attributes": {
            "is_subscribed": false,
            "assistance_allowed": if p.consents { 2 } else { 1 },
        },
    });
    if !p.confirmed {
        item["confirmation"] = "8f1c5b0f2f4b4e1f".into();
    }
    item
}

/// The shop of the documentation: two websites, four store views.
pub(crate) const WEBSITES: &str = r#"[
 {"id":1,"code":"base","name":"Main Website","default_group_id":1},
 {"id":2,"code":"eu","name":"Europe","default_group_id":2}]"#;

pub(crate) const GROUPS: &str = r#"[
 {"id":1,"website_id":1,"root_category_id":2,"default_store_id":1,"name":"Main Website Store","code":"main_website_store"},
 {"id":2,"website_id":2,"root_category_id":2,"default_store_id":3,"name":"Europe Store","code":"europe_store"}]"#;

pub(crate) const STORE_VIEWS: &str = r#"[
 {"id":1,"code":"default","name":"Default Store View","website_id":1,"store_group_id":1,"is_active":1},
 {"id":2,"code":"es_us","name":"Español (US)","website_id":1,"store_group_id":1,"is_active":1},
 {"id":3,"code":"de","name":"Deutsch","website_id":2,"store_group_id":2,"is_active":1},
 {"id":4,"code":"fr","name":"Français","website_id":2,"store_group_id":2,"is_active":1}]"#;

pub(crate) const CONFIGS: &str = r#"[
 {"id":1,"code":"default","timezone":"America/Chicago","secure_base_url":"https://shop.example.com/"},
 {"id":2,"code":"es_us","timezone":"America/Chicago","secure_base_url":"https://shop.example.com/"},
 {"id":3,"code":"de","timezone":"Europe/Berlin","secure_base_url":"https://eu.shop.example.com/"},
 {"id":4,"code":"fr","timezone":"Europe/Berlin","secure_base_url":"https://eu.shop.example.com/"}]"#;

/// Orders 000000001 to at most 000001000. Order N belongs to customer N.
pub(crate) fn orders_json(people: &GeneratedCustomers) -> String {
    let order = |id: u64| {
        let p = people.get(id);
        json!({
            "entity_id": id, "increment_id": format!("{id:09}"), "store_id": p.store_id,
            "customer_id": id, "customer_email": p.email, "customer_is_guest": 0,
            "created_at": "2026-01-02 03:04:05",
        })
    };
    let orders: Vec<_> = (1..=people.count.min(1000)).map(order).collect();
    json!(orders).to_string()
}
