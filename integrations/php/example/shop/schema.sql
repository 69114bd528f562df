CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, password TEXT NOT NULL,
  is_staff INTEGER NOT NULL DEFAULT 0, discount INTEGER NOT NULL DEFAULT 0, street TEXT NOT NULL DEFAULT '');
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE cart_line (customer_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL,
  PRIMARY KEY (customer_id, product_id));
CREATE TABLE purchase (number TEXT PRIMARY KEY, customer_id INTEGER NOT NULL, cents INTEGER NOT NULL,
  customer_comment TEXT, staff_comment TEXT);
INSERT INTO product VALUES (1, 'Watch', 10000), (2, 'Bag', 4500), (3, 'Tent', 19900);
-- The password of everybody is `secret`: this is an example.
INSERT INTO customer (id, email, name, password, is_staff, discount) VALUES
  (1, 'jane@example.com', 'Jane Doe', 'secret', 0, 10),
  (2, 'john@example.com', '', 'secret', 0, 0),
  (3, 'eve@example.com', '<script>alert(1)</script>', 'secret', 0, 0),
  (4, 'sam@example.com', 'Sam Staff', 'secret', 1, 0),
  (6, 'new@example.com', 'Nora New', 'secret', 0, 0);
INSERT INTO purchase VALUES ('000000001', 1, 9000, NULL, NULL);
