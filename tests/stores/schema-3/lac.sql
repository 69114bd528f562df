-- A store as 0.1.0 with schema 3 left it; see README.md.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE website (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  default_group_id INTEGER,
  is_default INTEGER NOT NULL DEFAULT 0
);
INSERT INTO website VALUES(0,'admin','Admin',0,0);
INSERT INTO website VALUES(1,'base','Main',1,0);
CREATE TABLE store_group (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  default_store_view_id INTEGER,
  root_category_id INTEGER
);
INSERT INTO store_group VALUES(0,0,'admin','Default',0,0);
INSERT INTO store_group VALUES(1,1,'main','Main',1,NULL);
CREATE TABLE store_view (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  group_id INTEGER NOT NULL REFERENCES store_group (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  active INTEGER NOT NULL
);
INSERT INTO store_view VALUES(0,0,0,'admin','Admin',1);
INSERT INTO store_view VALUES(1,1,1,'default','Default',1);
CREATE TABLE config_value (
  path TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('default', 'website', 'store-view')),
  scope_id INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (path, scope, scope_id)
) WITHOUT ROWID;
INSERT INTO config_value VALUES('lac/store/name','default',0,'old.example');
INSERT INTO config_value VALUES('login_as_customer/general/enabled','default',0,'yes');
INSERT INTO config_value VALUES('web/secure/base_url','store-view',1,'https://old.example/');
INSERT INTO config_value VALUES('web/url/use_store','default',0,'yes');
CREATE TABLE role (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  access TEXT NOT NULL CHECK (access IN ('all', 'custom')),
  scope TEXT NOT NULL CHECK (scope IN ('all', 'custom'))
);
INSERT INTO role VALUES(1,'Administrators','all','all');
INSERT INTO role VALUES(2,'support','custom','all');
CREATE TABLE role_resource (
  role_id INTEGER NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  PRIMARY KEY (role_id, resource)
) WITHOUT ROWID;
INSERT INTO role_resource VALUES(2,'Magento_Customer::manage');
INSERT INTO role_resource VALUES(2,'Magento_LoginAsCustomer::allow_shopping_assistance');
INSERT INTO role_resource VALUES(2,'Magento_LoginAsCustomer::login_button');
CREATE TABLE role_website (
  role_id INTEGER NOT NULL REFERENCES role (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id),
  PRIMARY KEY (role_id, website_id)
) WITHOUT ROWID;
CREATE TABLE admin_user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  full_name TEXT,
  role_id INTEGER NOT NULL REFERENCES role (id),
  os_account TEXT UNIQUE,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
INSERT INTO admin_user VALUES(1,'alice',NULL,1,'root',1,1780300800000000);
INSERT INTO admin_user VALUES(2,'bea',NULL,2,NULL,1,1780300800000000);
CREATE TABLE storefront (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);
INSERT INTO storefront VALUES(1,'shop',1780300800000000,NULL);
INSERT INTO storefront VALUES(2,'former',1780300800000000,1780300800000000);
CREATE TABLE storefront_website (
  storefront_id INTEGER NOT NULL REFERENCES storefront (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id),
  PRIMARY KEY (storefront_id, website_id)
) WITHOUT ROWID;
INSERT INTO storefront_website VALUES(1,1);
INSERT INTO storefront_website VALUES(2,1);
CREATE TABLE access_token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  admin_user_id INTEGER REFERENCES admin_user (id) ON DELETE CASCADE,
  storefront_id INTEGER REFERENCES storefront (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER, last_used_at INTEGER, access TEXT NOT NULL DEFAULT 'all' CHECK (access IN ('all', 'custom')), scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'custom')),
  CHECK ((admin_user_id IS NULL) <> (storefront_id IS NULL))
);
INSERT INTO access_token VALUES(1,X'5ddb3d16f9e53f252a071baf412596f3fc4fc772bfc0607e6af292cdcaf2bd93',2,NULL,'',1780300800000000,1811836800000000,NULL,1788595200000000,'all','all');
INSERT INTO access_token VALUES(3,X'fc060eb756f17ae664845e9d58866a7a971d49fea2963ee684b98d54b0ca7461',2,NULL,'old',1780300800000000,1788076800000000,1780300800000000,NULL,'all','all');
INSERT INTO access_token VALUES(4,X'1a4b73149ac5449693921d1d9b71891b4e5f068558599a1eccc6626822171485',1,NULL,'',1780300800000000,1811836800000000,NULL,NULL,'all','all');
INSERT INTO access_token VALUES(5,X'665295310cd56a65655342e6aa2a196c928a7c8868aa657075a645ea1c78855c',NULL,1,'shop',1780300800000000,NULL,NULL,1780387200000000,'all','all');
INSERT INTO access_token VALUES(6,X'c2b699fd6d169fc9d87eb4ea0cdb5b39e760070923391deb3bba6d9d86bf89ac',NULL,2,'former',1780300800000000,NULL,NULL,NULL,'all','all');
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  website_id INTEGER NOT NULL REFERENCES website (id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  store_view_id INTEGER,
  active INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  created_at INTEGER,
  updated_at INTEGER,
  consent_granted INTEGER NOT NULL DEFAULT 0,
  consent_at INTEGER,
  consent_source TEXT,
  consent_by TEXT,
  consent_seq INTEGER
, consent_until INTEGER, vip INTEGER NOT NULL DEFAULT 0);
INSERT INTO customer VALUES(-1,1,'local@old.example','local@old.example','','',1,1,1,1780300800000000,NULL,1,1780300800000000,'admin','alice',16,NULL,0);
INSERT INTO customer VALUES(1,1,'ann@old.example','ann@old.example','ann','',1,1,1,1780300800000000,NULL,1,1780300800000000,'admin','alice',14,NULL,0);
INSERT INTO customer VALUES(3,1,'cem@old.example','cem@old.example','cem','',1,1,1,1780300800000000,NULL,1,1780300800000000,'admin','alice',18,1806220800000000,0);
CREATE TABLE customer_former (
  former INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL
);
CREATE TABLE document (
  kind TEXT NOT NULL CHECK (kind IN ('order', 'invoice', 'shipment', 'credit_memo')),
  entity_id INTEGER NOT NULL,
  number TEXT NOT NULL,
  order_id INTEGER NOT NULL,
  store_view_id INTEGER,
  customer_id INTEGER,
  customer_email TEXT,
  created_at INTEGER,
  PRIMARY KEY (kind, entity_id)
) WITHOUT ROWID;
CREATE TABLE session (
  issue_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('issued', 'active', 'ended', 'expired')),
  admin_id INTEGER NOT NULL,
  admin TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  store_view_id INTEGER NOT NULL,
  document_kind TEXT,
  document_number TEXT,
  ticket TEXT,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  redeemed_at INTEGER,
  redeemed_by TEXT,
  ends_at INTEGER,
  ended_at INTEGER,
  end_cause TEXT
, key_id TEXT, is_override INTEGER NOT NULL DEFAULT 0, request_id TEXT);
INSERT INTO session VALUES(32,'356453eec1e7353a85cef9901e540237','ended',2,'bea',1,1,1,NULL,NULL,NULL,1780387200000000,1780387260000000,1780387200000000,'shop',1780390800000000,1780387200000000,'ended','2wULaey2zC4oMNR93H_dsbXWr__aiUVbkFmOtHpdEcs',0,NULL);
INSERT INTO session VALUES(42,'52f7efd06b660304c5b174661a5f6ffb','ended',2,'bea',3,1,1,NULL,NULL,NULL,1788595200000000,1788595260000000,NULL,NULL,NULL,1788595200000000,'ended','PT-CEi7mCMhzIgVENzH8J7UOqaamtNdcrNkSLX0Mx54',0,NULL);
CREATE TABLE signing_key (
  kid TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('login', 'audit')),
  public_key BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'verifying', 'retired')),
  created_at INTEGER NOT NULL,
  retired_at INTEGER
, since_size INTEGER, signed_by TEXT, signature BLOB) WITHOUT ROWID;
INSERT INTO signing_key VALUES('2wULaey2zC4oMNR93H_dsbXWr__aiUVbkFmOtHpdEcs','login',X'069d8d6980eaf1bca2e4118bc612a13f23791bf2c60ceef2692b581d27b0a159','verifying',1780300800000000,1788595800000000,NULL,NULL,NULL);
INSERT INTO signing_key VALUES('PT-CEi7mCMhzIgVENzH8J7UOqaamtNdcrNkSLX0Mx54','login',X'159b77b808c495cbe47b40a966100f499b240d78c54469399169cadf8a98045b','active',1788595200000000,NULL,40,NULL,NULL);
INSERT INTO signing_key VALUES('m6k5OYXhAWXTVnYP5X2cPQ6zMa_aggg8mfy7pivlXII','audit',X'04aa4661fd04b531ef27d1f2421db28143b02fd2e3efb55edb254eca80b7e682','verifying',1780300800000000,NULL,NULL,NULL,NULL);
INSERT INTO signing_key VALUES('z5FyF7Qjxtr95UMS5JEvJHTlwql2ql6q_2ZSZvkRXAU','audit',X'5c4613af7e268149792870bc3c1a202e6535e5d6f76c7396052a8df108b3c42c','active',1788595200000000,NULL,39,'m6k5OYXhAWXTVnYP5X2cPQ6zMa_aggg8mfy7pivlXII',X'1b1ceaf7ee9ca321e28954c8c1e2b48eb0279cb4c72ada4b8701c03d1503ed329dba25f6344c2daad7d49d5f34f46dba5b6a57cb71375f3a58f34d19f7b9ea053bb866130dafe22667152668ab25a81b7b9d86c679cfc991cbc67e583dc419e7f520a4a3ebdded9185ab17ccc629f3bab574089798f1ac1ad333c5ca7a596c0a');
CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  action_group TEXT NOT NULL,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  admin TEXT,
  admin_id INTEGER,
  session_id TEXT,
  customer_id INTEGER,
  website TEXT,
  store_view TEXT,
  document TEXT,
  ticket TEXT,
  record TEXT NOT NULL,
  shopper TEXT,
  shopper_salt BLOB,
  staff TEXT NOT NULL,
  staff_salt BLOB NOT NULL
);
INSERT INTO audit_event VALUES(38,1788595200000000,'log','archive','success','alice',1,NULL,NULL,NULL,NULL,NULL,NULL,'{"v":1,"seq":38,"time":"2026-09-05T08:00:00.000000Z","clock":null,"action_group":"log","action":"archive","full_action_name":"adminhtml_logging_archive","result":"success","admin":"alice","admin_id":1,"role":"Administrators","session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"xiMqfsUCxNTRiWi3gcWjZGpt4nI0GU3G48BSCqO9114","staff":"sLQHI1kJkNwoGGIWDUr9G6OXMUFE500aEdmRW6we3Oc"}','{"customer_email":null,"reason":null,"details":{"files":[{"bytes":4115,"first":1,"last":31,"name":"log-2026-06-01-000000001-000000031.jsonl.zst","sha256":"0b73b32ba00ffc03eea30edf9cf938adef609b4fbeee72f07e8509bc585543a2","since":"2026-06-01T08:00:00.000000Z","until":"2026-06-01T08:00:00.000030Z"},{"bytes":1675,"first":32,"last":37,"name":"log-2026-06-02-000000032-000000037.jsonl.zst","sha256":"eeb71f53ab52276554652f183cc26cc39fc3f912984590093d74ec57b4fb1dcb","since":"2026-06-02T08:00:00.000000Z","until":"2026-06-02T08:00:00.000005Z"}]}}',X'0490949305199663b59f1fe1f2a25fb88a264ded1ba759dc91a68ac61d56492b','{"ip_address":null,"os_account":"root","login_uid":null}',X'b359149576c1443d9b7b0c3325debe6a7ac374e5b28f1bc774fc8237ac0037ee');
INSERT INTO audit_event VALUES(39,1788595200000001,'keys','rotate','success','alice',1,NULL,NULL,NULL,NULL,NULL,NULL,'{"v":1,"seq":39,"time":"2026-09-05T08:00:00.000001Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"keys","action":"rotate","full_action_name":"lac_key_rotate","result":"success","admin":"alice","admin_id":1,"role":"Administrators","session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"_n2o0QvVrv6PvDPdpv3ACGdYORuOwe-TtrpU2NVNF6w","staff":"0TQwTcnxqJ8CQdYYpw3bzzqXgS0D5TddLzwvE8h9Vf0"}','{"customer_email":null,"reason":null,"details":{"kid":"z5FyF7Qjxtr95UMS5JEvJHTlwql2ql6q_2ZSZvkRXAU","purpose":"audit","replaced":"m6k5OYXhAWXTVnYP5X2cPQ6zMa_aggg8mfy7pivlXII","since_size":39,"statement":"lac key change 1\nold.example\nold.example+8fade2ce+AQSqRmH9BLUx7yfR8kIdsoFDsC/S4++1XtslTsqAt+aC\nold.example+06644eb5+AVxGE69+JoFJeShwvDwaIC5lNeXW92xzlgUqjfEIs8Qs\n39\n2026-09-05T08:00:00.000000Z\n\n— old.example j63izhsc6vfunKMh4olUyMHitI6wJ5y0xyraS4cBwD0VA+0ynbol9jRMLarX1J1fNPRtultqV8txN186WPNNGfe56gU=\n— old.example BmROtTu4ZhMNr+ImZxUmaKslqBt7nYbGec/JkcvGflg9xBnn9SCko+vd7ZGFqxfMxinzurV0CJeY8awa0zPFynpZbAo=\n"}}',X'881f5b2856a7966ed18638514dad6ef78c3610eeeca76325a882fd33cb909f5a','{"ip_address":null,"os_account":"root","login_uid":null}',X'9ee76eaef7512932dc15f99bf18f0516f54f3a32acd40a9db0b1d83394aa5150');
INSERT INTO audit_event VALUES(40,1788595200000002,'keys','rotate','success','alice',1,NULL,NULL,NULL,NULL,NULL,NULL,'{"v":1,"seq":40,"time":"2026-09-05T08:00:00.000002Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"keys","action":"rotate","full_action_name":"lac_key_rotate","result":"success","admin":"alice","admin_id":1,"role":"Administrators","session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"r2iH2EEz917CRWJ_pNQEA_A4LMRFzdieey3yWwdNSKg","staff":"xtVhsBWYTwPhehfAtafDUtBDNzml1gB94AD2fDxpkW8"}','{"customer_email":null,"reason":null,"details":{"kid":"PT-CEi7mCMhzIgVENzH8J7UOqaamtNdcrNkSLX0Mx54","purpose":"login","replaced":"2wULaey2zC4oMNR93H_dsbXWr__aiUVbkFmOtHpdEcs"}}',X'5375675a0a792d492e9c08664870246d6c24347ab49bf8ee6a7a968f9daa0d1b','{"ip_address":null,"os_account":"root","login_uid":null}',X'8d107a6d0f492b9d61458a0d4360d4f00b0be084d39b85a7101194c82a198742');
INSERT INTO audit_event VALUES(41,1788595200000003,'config','set','success','alice',1,NULL,NULL,NULL,NULL,NULL,NULL,'{"v":1,"seq":41,"time":"2026-09-05T08:00:00.000003Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"config","action":"set","full_action_name":"adminhtml_system_config_save","result":"success","admin":"alice","admin_id":1,"role":"Administrators","session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"DrHetvxiq5WWODiyZnvzKG3kKQjIunpf1zySjlBh66s","staff":"Ah6mFjLuR6ukvmpjlcVV_pEsKZ2Z5raPjIEEjuRk1n4"}','{"customer_email":null,"reason":null,"details":{"after":"yes","before":null,"path":"web/url/use_store","scope":"default"}}',X'0157779a90c23de62a858e8ad31a1d87f5d954ab153148a82c673151d9bd68bb','{"ip_address":null,"os_account":"root","login_uid":null}',X'7e04bcf0a022c62b64eea12c857fe26cb90f7979055ef4e7f8af090d0c6b51ec');
INSERT INTO audit_event VALUES(42,1788595200000004,'login_as_customer','issue','success','bea',2,'52f7efd06b660304c5b174661a5f6ffb',3,'base','default',NULL,NULL,'{"v":1,"seq":42,"time":"2026-09-05T08:00:00.000004Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"login_as_customer","action":"issue","full_action_name":"loginascustomer_login_login","result":"success","admin":"bea","admin_id":2,"role":"support","session_id":"52f7efd06b660304c5b174661a5f6ffb","customer_id":"3","website":"base","store_view":"default","consent":{"mode":"opt-in","source":"admin","seq":18},"document":null,"ticket":null,"erased":null,"shopper":"UUqqB0W8PjE4-ChStWUM-ZN0-d7WY6yxHRJHvlrAaio","staff":"N2RFgsyNzx9XqkPYX2VRuGMJ2fWqvbKq5WTNFeg_jxg"}','{"customer_email":"cem@old.example","reason":null,"details":{"expires_at":"2026-09-05T08:01:00.000000Z"}}',X'8b994f595bbd8be62fe86515a36cedd2e30617c7f94b7b957f63d4cc57e82ca2','{"ip_address":null,"os_account":"root","login_uid":null}',X'88c1c5527bff42d6dc1cfac6c26ef7dba976d4b53a6838e1c8b55689620a9947');
INSERT INTO audit_event VALUES(43,1788595200000005,'login_as_customer','end','success','bea',2,'52f7efd06b660304c5b174661a5f6ffb',3,'base','default',NULL,NULL,'{"v":1,"seq":43,"time":"2026-09-05T08:00:00.000005Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"login_as_customer","action":"end","full_action_name":"loginascustomer_login_end","result":"success","admin":"bea","admin_id":2,"role":"support","session_id":"52f7efd06b660304c5b174661a5f6ffb","customer_id":"3","website":"base","store_view":"default","consent":null,"document":null,"ticket":null,"erased":null,"shopper":"I2U7S40uPTr2nW4NHx18rbBqis365BmlsWN8IILRt7Y","staff":"o9R4xfIHFT2iCqwdjEMYeO21Qq8LX_VTnsmXjE-TOPA"}','{"customer_email":"cem@old.example","reason":null,"details":{"cause":"ended","ended_by":"alice"}}',X'8b7af555ff73f3fc61246bed50b12d495b4bbae710b11cff7632ea97d9fd3cae','{"ip_address":null,"os_account":"root","login_uid":null}',X'a60ddc7bf436d5484d37dbfa9d8010105c94cb9c7ed40c81f49d591698521d8d');
INSERT INTO audit_event VALUES(44,1788595200000006,'log','verify','success','alice',1,NULL,NULL,NULL,NULL,NULL,NULL,'{"v":1,"seq":44,"time":"2026-09-05T08:00:00.000006Z","clock":"2026-09-05T08:00:00.000000Z","action_group":"log","action":"verify","full_action_name":"adminhtml_logging_verify","result":"success","admin":"alice","admin_id":1,"role":"Administrators","session_id":null,"customer_id":null,"website":null,"store_view":null,"consent":null,"document":null,"ticket":null,"erased":null,"shopper":"vct7Mnl9P5SBFIGvwZCjXukWarIajsD40YPAS2eh9zk","staff":"KQ5VpXMQUUhN1lhzZpkMfAaQ2pmDhnWcV4Y7eqZc7vU"}','{"customer_email":null,"reason":null,"details":{"events":43,"root":"vqDoUIZF+t2ttFky7UEgW/0wKqRnqXxYdngKAYjl+jQ="}}',X'821ad4bb2902a4a9354274eb5a391abccd84a4d757c1194888afa6edbdab0f37','{"ip_address":null,"os_account":"root","login_uid":null}',X'4693e87e19eef2fe48b8c5ce07d9b4088088b339d9696f33f94fffe5b38561b3');
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  nodes BLOB NOT NULL,
  last_time INTEGER NOT NULL,
  note TEXT NOT NULL
);
INSERT INTO audit_head VALUES(1,44,X'd51f6c908addd9ddf9cb6fdb801edab50fdde0d532d8e93dfd99dade19bc0a3a795feaf6b9f9c55ffc06b6177d93c0e19ca3a7fd50532273d746ca1531c13eeedd2d5f9808b9948ea4da85b8db136b287d3aca013440160571a34b8df2605244',1788595200000006,replace('old.example\n44\n8IXKca2HOOsbv6iYpVt6AfSMN8Gx2hozaOFB4TpGzAc=\n\n— old.example BmROtUJB2yH+G82bh2MpWThz00eNVCSqrQMbSp4pQw9jEErkwh+a5xH6cjMPmTggQwwe44GaXOHAPQpx4q40W/oDjw8=\n','\n',char(10)));
CREATE TABLE audit_subtree (
  idx INTEGER PRIMARY KEY,
  root BLOB NOT NULL
);
CREATE TABLE audit_archive (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  nodes BLOB NOT NULL,
  local_customers INTEGER NOT NULL
);
INSERT INTO audit_archive VALUES(1,31,'log-2026-06-01-000000001-000000031.jsonl.zst',1780300800000000,1780300800000030,4115,X'0b73b32ba00ffc03eea30edf9cf938adef609b4fbeee72f07e8509bc585543a2',X'2b889f142620f231d3e1ee341ee9089a93ee4da367eee82b173aada177c13cf5cbf179899ed99b79827f8389f762bd5533c34c5f26f32d8c239fa088ab0c522d90cf1801f6fc4b2a4248f1b4787acaf8d7d2a7ee12f512276451aeb1ad3b018a26019066446ec22b81b03de2193db49d066e0d73455804c8acca423f7c1408f8da55aff61ec7930f627b34663cc9a49f07c0e3b587599b44cdbf77d39e3b119c',1);
INSERT INTO audit_archive VALUES(32,37,'log-2026-06-02-000000032-000000037.jsonl.zst',1780387200000000,1780387200000005,1675,X'eeb71f53ab52276554652f183cc26cc39fc3f912984590093d74ec57b4fb1dcb',X'd51f6c908addd9ddf9cb6fdb801edab50fdde0d532d8e93dfd99dade19bc0a3a2a5c13aa98add624890631f4047e38ffd90deae204cec76d33320eab408fe24fc6839553eec7f9f9ac2c72051d1238bb2bccc663ae87d80f2e5240e2121dec8e',0);
CREATE TABLE access_token_resource (
  token_id INTEGER NOT NULL REFERENCES access_token (id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  PRIMARY KEY (token_id, resource)
) WITHOUT ROWID;
CREATE TABLE access_token_website (
  token_id INTEGER NOT NULL REFERENCES access_token (id) ON DELETE CASCADE,
  website_id INTEGER NOT NULL REFERENCES website (id) ON DELETE CASCADE,
  PRIMARY KEY (token_id, website_id)
) WITHOUT ROWID;
CREATE TABLE login_request (
  request_seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'cancelled', 'used', 'expired')),
  admin_id INTEGER NOT NULL,
  admin TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  store_view TEXT NOT NULL,
  document_kind TEXT,
  document_number TEXT,
  reason TEXT,
  ticket TEXT,
  causes TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by_id INTEGER,
  decided_by TEXT,
  decision_reason TEXT,
  session_id TEXT
);
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  hook TEXT NOT NULL,
  session_id TEXT NOT NULL,
  customer_id INTEGER NOT NULL,
  website_id INTEGER NOT NULL,
  payload TEXT,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  claimed_at INTEGER,
  claimed_until INTEGER,
  last_error TEXT,
  delivered_at INTEGER
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('admin_user',3);
INSERT INTO sqlite_sequence VALUES('access_token',6);
CREATE UNIQUE INDEX customer_email ON customer (email_key, website_id);
CREATE INDEX customer_former_now ON customer_former (customer_id);
CREATE INDEX document_number ON document (kind, number);
CREATE INDEX document_local ON document (customer_id) WHERE customer_id < 0;
CREATE UNIQUE INDEX session_open ON session (admin_id) WHERE state IN ('issued', 'active');
CREATE INDEX session_customer ON session (customer_id);
CREATE INDEX session_admin ON session (admin_id);
CREATE INDEX audit_event_admin ON audit_event (admin, seq);
CREATE INDEX audit_event_customer ON audit_event (customer_id, seq) WHERE customer_id IS NOT NULL;
CREATE INDEX audit_event_ticket ON audit_event (ticket, seq) WHERE ticket IS NOT NULL;
CREATE INDEX audit_event_document ON audit_event (document, seq) WHERE document IS NOT NULL;
CREATE INDEX login_request_open ON login_request (admin_id, customer_id) WHERE state IN ('pending', 'approved');
CREATE INDEX login_request_customer ON login_request (customer_id);
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_customer ON outbox (customer_id);
COMMIT;
